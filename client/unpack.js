// Puts a wasm together again that `bundle` sorted into columns (`client/bundle/src/pack.rs`).
const unpack = (packed) => {
  const COLUMNS = 10;
  const [DEED, REST, KEPT, LOCAL, OFFSET, SMALL, LARGE, WIDE, CALL, BRANCH] = Array(COLUMNS).keys();
  const ALIGNMENTS = '23230011001122232301012';
  const sizes = new DataView(packed.buffer, packed.byteOffset);
  const size = (place) => sizes.getUint32(place * 4, true);
  const begin = (COLUMNS + 2) * 4;
  let end = begin + size(1);
  const head = packed.subarray(begin, end);
  const at = new Uint32Array(COLUMNS);
  for (let column = 0; column < COLUMNS; column++) {
    at[column] = end;
    end += size(column + 2);
  }
  const tail = packed.subarray(end);
  // A function is never longer than what it is made of and one alignment for each deed.
  const code = new Uint8Array(packed.length * 2);
  let length = 0;
  const byte = (column) => (code[length++] = packed[at[column]++]);
  const number = (column) => {
    while (byte(column) > 127);
  };
  const some = (column, count) => {
    while (count-- > 0) number(column);
  };
  const write = (value) => {
    for (; value > 127; value = Math.floor(value / 128)) code[length++] = (value % 128) | 128;
    code[length++] = value;
  };
  // Writes the size of what stands from `start` on before it.
  const measure = (start) => {
    const size = length - start;
    const bytes = size < 128 ? 1 : size < 16384 ? 2 : size < 2097152 ? 3 : 4;
    code.copyWithin(start + bytes, start, length);
    length = start;
    write(size);
    length += size;
  };
  const body = () => {
    const groups = byte(KEPT);
    for (let group = 0; group < groups; group++) {
      number(KEPT);
      byte(KEPT);
    }
    for (let depth = 0; depth >= 0; ) {
      let deed = byte(DEED);
      if (deed >= 0xe0 && deed < 0xe4) {
        const alignment = deed - 0xe0;
        code[length - 1] = deed = packed[at[DEED]++];
        code[length++] = alignment;
        number(OFFSET);
      } else if (deed >= 0x28 && deed <= 0x3e) {
        code[length++] = ALIGNMENTS.charCodeAt(deed - 0x28) - 48;
        number(OFFSET);
      } else if (deed === 0xe8) {
        code[length - 1] = 0x41;
        number(LARGE);
      } else if (deed === 0x41) number(SMALL);
      else if (deed >= 0x20 && deed <= 0x22) number(LOCAL);
      else if (deed === 0x10 || deed === 0xd2) number(CALL);
      else if (deed === 0x0c || deed === 0x0d) number(BRANCH);
      else if (deed >= 0x02 && deed <= 0x04) {
        depth++;
        number(REST);
      } else if (deed === 0x0b) depth--;
      else if ((deed >= 0x23 && deed <= 0x26) || deed === 0x3f || deed === 0x40 || deed === 0xd0) {
        number(REST);
      } else if (deed === 0x42) number(WIDE);
      else if (deed === 0x11) some(REST, 2);
      else if (deed === 0x0e) {
        let count = 1;
        for (let shift = 0, part = 128; part > 127; shift += 7) {
          part = byte(BRANCH);
          count += (part & 127) << shift;
        }
        some(BRANCH, count);
      } else if (deed === 0x43 || deed === 0x44) {
        for (let rest = deed === 0x43 ? 4 : 8; rest > 0; rest--) byte(REST);
      } else if (deed === 0xfc) {
        const further = byte(DEED);
        some(REST, further < 8 ? 0 : further < 15 && further % 2 === 0 ? 2 : 1);
      }
    }
  };
  write(size(0));
  for (let functions = size(0); functions > 0; functions--) {
    const start = length;
    body();
    measure(start);
  }
  measure(0);
  const wasm = new Uint8Array(head.length + 1 + length + tail.length);
  wasm.set(head);
  wasm[head.length] = 10;
  wasm.set(code.subarray(0, length), head.length + 1);
  wasm.set(tail, head.length + 1 + length);
  return wasm;
};

// The answer with columns as an answer with the wasm.
const unpacked = async (response) => {
  const packed = new Uint8Array(await response.arrayBuffer());
  return new Response(unpack(packed), { headers: { 'content-type': 'application/wasm' } });
};
