//! What goes where.

use super::*;
use wasm_encoder::{
    BlockType, CodeSection, CustomSection, EntityType, Function, FunctionSection, ImportSection,
    Instruction, MemArg, Module, TypeSection, ValType,
};

fn memory(align: u32) -> MemArg {
    MemArg { offset: 300, align, memory_index: 0 }
}

/// How many functions the program may call.
const OTHERS: usize = 301;

/// A program with one function that takes nothing, between two sections that nobody knows.
fn program(instructions: &[Instruction<'_>]) -> Vec<u8> {
    let named = instructions.iter().filter_map(|instruction| {
        use Instruction::{LocalGet, LocalSet, LocalTee};
        if let LocalGet(at) | LocalSet(at) | LocalTee(at) = instruction {
            Some(at + 1)
        } else {
            None
        }
    });
    program_with(0, &[(named.max().unwrap_or_default(), ValType::I32)], instructions)
}

/// The same with a function that takes so many values and has such locals.
fn program_with(
    params: usize,
    kept: &[(u32, ValType)],
    instructions: &[Instruction<'_>],
) -> Vec<u8> {
    let mut function =
        Function::new(kept.iter().filter(|(count, _)| *count > 0).copied().collect::<Vec<_>>());
    for instruction in instructions {
        function.instruction(instruction);
    }
    let mut types = TypeSection::new();
    types.ty().function(vec![ValType::I32; 2], [ValType::I32]);
    types.ty().function(vec![ValType::I32; params], []);
    let mut imports = ImportSection::new();
    for _ in 0..OTHERS {
        imports.import("", "", EntityType::Function(0));
    }
    let mut functions = FunctionSection::new();
    functions.function(1);
    let mut code = CodeSection::new();
    code.function(&function);
    let custom = |name: &'static str| CustomSection { name: name.into(), data: b"1"[..].into() };
    let mut module = Module::new();
    module.section(&custom("before")).section(&types).section(&imports).section(&functions);
    module.section(&code).section(&custom("after"));
    module.finish()
}

/// What stands in a column.
fn column_of(packed: &[u8], column: usize) -> &[u8] {
    let sizes = sizes(packed).unwrap();
    let start = HEADER + sizes[..=column].iter().sum::<usize>();
    &packed[start..][..sizes[column + 1]]
}

#[test]
fn every_number_goes_to_its_column() {
    let wasm = program(&[
        Instruction::LocalGet(1),
        Instruction::I32Load(memory(2)),
        Instruction::I32Const(5),
        Instruction::I32Const(1 << 20),
        Instruction::I64Const(7),
        Instruction::LocalGet(2),
        Instruction::I64Store(memory(3)),
        Instruction::LocalSet(0),
        Instruction::LocalTee(3),
        Instruction::Call(9),
        Instruction::BrTable([1_u32, 0].as_slice().into(), 2),
        Instruction::GlobalGet(3),
        Instruction::MemoryFill(0),
        Instruction::End,
    ]);

    let packed = pack(&wasm).unwrap();

    let deeds =
        [0x20, 0x28, 0x41, 0xE5, 0x42, 0x20, 0x37, 0x21, 0x22, 0x10, 0x0E, 0x23, 0xFC, 0x0B];
    let expected: [(usize, &[u8]); 14] = [
        (DEED, &deeds),
        (KEPT, &[0x7F]),
        (READ, &[1]),
        (OF + 0x28, &[0xAC, 2]),
        (SMALL + 0xE5, &[5]),
        (LARGE + 0x42, &[0x80, 0x80, 0xC0, 0]),
        (OF + 0x42, &[7]),
        (WRITTEN, &[2]),
        (OF + 0x36, &[0xAC, 2]),
        (OF + 0x21, &[0]),
        (OF + 0x20, &[3]),
        (CALLING + 2, &[9]),
        (OF + 0x0E, &[2, 1, 0, 2]),
        (OF + 0xFC, &[11, 0]),
    ];
    for (column, numbers) in expected {
        assert_eq!(column_of(&packed, column), numbers, "{column}");
    }
    let head = usize::try_from(u32::from_le_bytes(packed[4..8].try_into().unwrap())).unwrap();
    assert_eq!(packed[..4], 1_u32.to_le_bytes());
    assert_eq!(packed[HEADER..][..head], wasm[..head]);
    assert!(packed.ends_with(b"\x05after1"));
}

#[test]
fn a_local_that_was_just_used_has_no_number() {
    let (get, set, tee) = (Instruction::LocalGet, Instruction::LocalSet, Instruction::LocalTee);
    let wasm = program(&[get(0), get(1), get(2), get(0), set(0), tee(0), get(2), set(1), get(9)]);

    let packed = pack(&wasm).unwrap();

    let deeds = [0x20, 0x20, 0x20, 0xE2, 0xE3, 0xE4, 0xE1, 0x21, 0x20];
    assert_eq!(column_of(&packed, DEED), deeds);
    assert_eq!(column_of(&packed, OF + 0x20), [0, 1, 2, 9]);
    assert_eq!(column_of(&packed, OF + 0x21), [1]);
}

#[test]
fn memory_beside_what_was_read_or_written_last_has_no_offset() {
    let at = |offset| MemArg { offset, align: 2, memory_index: 0 };
    let (load, store) = (Instruction::I32Load, Instruction::I32Store);
    let wasm = program(&[
        load(at(4)),
        load(at(20)),
        store(at(16)),
        load(at(12)),
        store(at(20)),
        store(at(24)),
        Instruction::F32Load(at(28)),
        load(at(24)),
        Instruction::LocalGet(1),
        load(at(28)),
    ]);

    let packed = pack(&wasm).unwrap();

    let deeds = [0xE6, 0x28, 0x36, 0xE9, 0xEC, 0xEC, 0x2A, 0xE7, 0x20, 0xE6];
    assert_eq!(column_of(&packed, DEED), deeds);
    assert_eq!(column_of(&packed, OF + 0x28), [20, 28]);
    assert_eq!(column_of(&packed, OF + 0x36), [16]);
    assert_eq!(column_of(&packed, READ), [1]);
}

#[test]
fn a_place_in_the_functions_own_memory_is_told_by_when_it_was_named() {
    let get = Instruction::LocalGet(4);
    let place = |at| [get.clone(), Instruction::I32Const(at), Instruction::I32Add];
    let load =
        |offset| [get.clone(), Instruction::I32Load(MemArg { offset, align: 2, memory_index: 0 })];
    let mut instructions = vec![
        Instruction::GlobalGet(0),
        Instruction::I32Const(1456),
        Instruction::I32Sub,
        Instruction::LocalTee(4),
    ];
    instructions.extend(place(808));
    instructions.extend(place(-8));
    instructions.extend(place(816));
    instructions.extend(load(808));
    instructions.extend(load(812));
    instructions.extend(load(100));
    instructions.extend(place(812));
    instructions.extend([Instruction::LocalGet(1), Instruction::I32Const(808)]);

    let packed = pack(&program(&instructions)).unwrap();

    // Away, away, two steps on; then the last but one, beside it, away; then the last but one.
    assert_eq!(column_of(&packed, PLACED), [16, 16, 27, 1]);
    assert_eq!(column_of(&packed, AWAY), [0xA8, 6, 0x78]);
    assert_eq!(column_of(&packed, PLACED + 1), [1, 16]);
    assert_eq!(column_of(&packed, AWAY + 1), [100]);
    assert_eq!(column_of(&packed, SMALL), [0xA8, 6], "somebody else's memory");
}

#[test]
fn a_place_is_told_of_what_is_written_there_however_long_that_takes() {
    let get = |local| Instruction::LocalGet(local);
    let store = |offset| Instruction::I32Store(MemArg { offset, align: 2, memory_index: 0 });
    let packed = pack(&program(&[
        Instruction::GlobalGet(0),
        Instruction::I32Const(1456),
        Instruction::I32Sub,
        Instruction::LocalTee(4),
        Instruction::Drop,
        get(4),
        get(1),
        get(1),
        Instruction::Call(300),
        store(700),
        get(4),
        get(1),
        store(700),
        get(1),
        get(4),
        store(900),
    ]));

    let packed = packed.unwrap();
    assert_eq!(column_of(&packed, PLACED + 2), [16, 0]);
    assert_eq!(column_of(&packed, AWAY + 2), [0xBC, 5]);
    assert_eq!(column_of(&packed, OF + 0x36), [0x84, 7], "somebody else's memory");
}

#[test]
fn the_locals_that_a_function_names_are_not_counted() {
    let kept = [(2, ValType::I32), (200, ValType::I64), (1, ValType::F64)];
    let (most, one_less) = (Instruction::LocalGet(203), Instruction::LocalGet(202));

    let packed = pack(&program_with(1, &kept, &[most.clone(), Instruction::Drop])).unwrap();

    assert_eq!(column_of(&packed, KEPT), [0xFF, 0xC8, 1, 0xFE, 1, 0x7C]);
    let none = pack(&program_with(9, &[], &[Instruction::LocalGet(8)])).unwrap();
    assert!(column_of(&none, KEPT).is_empty());
    assert!(pack(&program_with(1, &kept, &[one_less])).is_err(), "nobody names the last");
    assert!(pack(&program_with(0, &kept, &[most])).is_err(), "one that is not there");
}

#[test]
fn calls_are_sorted_by_what_waits() {
    let get = || Instruction::LocalGet(0);
    let mut instructions = vec![get(), get(), Instruction::Call(1), get(), Instruction::Call(2)];
    instructions.extend([Instruction::Block(BlockType::Empty), Instruction::Call(3)]);
    instructions.extend([Instruction::End, Instruction::Call(4)]);
    instructions.extend((0..10).map(|_| get()));
    instructions.push(Instruction::Call(5));

    let packed = pack(&program(&instructions)).unwrap();

    // Two wait, then their result and another; in a block none, after it one.
    assert_eq!(column_of(&packed, CALLING + 2), [1, 2]);
    assert_eq!(column_of(&packed, CALLING), [3]);
    assert_eq!(column_of(&packed, CALLING + 1), [4]);
    assert_eq!(column_of(&packed, CALLING + WAITING - 1), [5]);
}

#[test]
fn functions_that_are_called_most_often_have_deeds() {
    let calls = [9, 300, 7, 300, 9, 300, 5].map(Instruction::Call);

    let packed = pack(&program(&calls)).unwrap();

    assert_eq!(column_of(&packed, DEED), [0xC6, 0xC5, 0x10, 0xC5, 0xC6, 0xC5, 0x10]);
    assert_eq!(column_of(&packed, CALLING + 1), [7, 5]);
    let table = &packed[HEADER - 4 * CALLS..][..12];
    assert_eq!(table, [300_u32, 9, 0].map(u32::to_le_bytes).as_flattened());
}

#[test]
fn short_columns_are_compressed_together() {
    let sizes = |columns: &[(usize, usize)]| {
        let mut header = vec![0; HEADER];
        for (place, size) in columns {
            let size = u32::try_from(*size).unwrap();
            header[place * 4..][..4].copy_from_slice(&size.to_le_bytes());
        }
        parts(&header).unwrap()
    };

    let columns = [(1, 10), (2, PART), (3, PART - 1), (5, 1), (9, 7), (10, PART), (11, 3)];
    assert_eq!(sizes(&columns), [HEADER + 10, PART, PART, PART + 7]);
}

#[test]
fn what_cannot_be_put_together_again_is_refused() {
    let wasm = program(&[Instruction::I32Const(5), Instruction::Drop, Instruction::End]);
    assert!(pack(&wasm).is_ok());
    let at = wasm.windows(2).position(|two| two == [0x41, 5]).unwrap();
    for byte in [0xFD, 0xE0, 0xE5, 0xE6, 0x06] {
        let mut other = wasm.clone();
        other[at] = byte;
        assert!(pack(&other).is_err(), "{byte:#x}");
    }
    assert!(pack(&wasm[..at]).is_err());
    assert!(parts(&[1, 2, 3]).is_err());
    let other = program(&[Instruction::I32Load(memory(0)), Instruction::End]);
    assert!(pack(&other).is_err(), "an alignment that is not the deed's own");
}
