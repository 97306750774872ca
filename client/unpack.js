// Puts a wasm together again that `bundle` sorted into columns (`client/bundle/src/pack.rs`). The
// page imports it where nothing keeps the wasm yet, and the service worker when it keeps it; one of
// them has no modules, so it leaves behind what it can, and no other name.
{
  // Puts back addresses that are where something else ended (`client/bundle/src/pack/data.rs`).
  const addresses = (tail, at, words, from, told) => {
    const bytes = new DataView(tail.buffer, at);
    const ends = [];
    let before = 0;
    for (let place = 0; place < words * 4; place += 4) {
      let word = bytes.getUint32(place, true);
      if (word >= told && word < told + 4) {
        word = ends[word - told];
        bytes.setUint32(place, word, true);
      }
      if (before >= from && before < from + words * 4 && word < 4096) {
        ends.unshift(before + word);
        ends.length = Math.min(ends.length, 4);
      }
      before = word;
    }
  };
  const unpack = (packed) => {
    const [DEED, KEPT, READ, WRITTEN, OF] = Array(5).keys();
    const SMALL = OF + 256;
    const LARGE = SMALL + 256;
    const PLACED = LARGE + 256;
    const AWAY = PLACED + 3;
    const CALLING = AWAY + 3;
    const WAITING = 8;
    const COLUMNS = CALLING + WAITING;
    const PLACES = 16;
    const CALLED = 0xc5;
    const CALLS = 27;
    const FAR = 0xe5;
    const BESIDE = 0xe6;
    const STEPS = [4, -4, 8, -8, 8, -8, 4, -4, 8, -8, 8, -8];
    const DEEDS = [0x28, 0x28, 0x28, 0x28, 0x29, 0x29, 0x36, 0x36, 0x36, 0x36, 0x37, 0x37];
    const ALIGNMENTS = '23230011001122232301012';
    // What the deeds from 0x1a on take from the stack, twice, and what they put there.
    const EFFECTS = Uint8Array.from(
      '2700001201234033333333333333444444444131111355555555553555555555555555' +
        '55555553335555555555555553335555555555555553333333555555533333335555555333333333' +
        '33333333333333333333300000000000131',
    );
    const sizes = new DataView(packed.buffer, packed.byteOffset);
    const size = (place) => sizes.getUint32(place * 4, true);
    const begin = (COLUMNS + 6 + CALLS) * 4;
    let end = begin + size(1);
    const head = packed.subarray(begin, end);
    const at = new Uint32Array(COLUMNS);
    for (let column = 0; column < COLUMNS; column++) {
      at[column] = end;
      end += size(column + 2);
    }
    const tail = packed.slice(end);
    // The longest deed that a byte stands for: an alignment and an offset in five bytes.
    const code = new Uint8Array(packed.length * 7);
    let length = 0;
    const byte = (column) => (code[length++] = packed[at[column]++]);
    const some = (column, count) => {
      while (count-- > 0) number(column);
    };
    // Only those below 2^28 are told right; of no larger one anything is done here.
    const number = (column) => {
      let value = 0;
      for (let shift = 0, part = 128; part > 127; shift += 7) {
        part = byte(column);
        value |= (part & 127) << shift;
      }
      return value;
    };
    const write = (value, most = 127) => {
      for (; value > most; value >>= 7) code[length++] = (value & 127) | 128;
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
    // Writes before a function which locals it has: so many of some types, of the first as many as
    // the others leave.
    const keep = (start, count) => {
      const end = length;
      const groups = [];
      for (let kind = count > 0 ? 128 : 0; kind > 127; ) {
        const some = groups.length > 0 ? number(KEPT) : 0;
        kind = byte(KEPT);
        groups.push([some, kind & 127]);
        count -= some;
      }
      if (groups.length > 0) groups[0][0] = count;
      length = end;
      write(groups.length);
      for (const [some, kind] of groups) {
        write(some);
        code[length++] = kind;
      }
      const header = code.slice(end, length);
      code.copyWithin(start + header.length, start, end);
      code.set(header, start);
    };
    const isCalled = (deed) =>
      deed >= CALLED && deed < CALLED + CALLS && (deed < 0xd0 || deed > 0xd2);
    const isBeside = (deed) => deed >= BESIDE && deed < BESIDE + STEPS.length;
    const reads = (deed) => deed >= 0x28 && deed < 0x36;
    const writes = (deed) => deed >= 0x36 && deed < 0x3f;
    // Where the numbers of a deed are.
    const column = (deed, after) => {
      const next = isBeside(after) ? DEEDS[after - BESIDE] : after;
      if (deed === 0x41) return SMALL + after;
      if (deed === FAR) return LARGE + after;
      if (reads(deed)) return OF + 0x28;
      if (writes(deed)) return OF + 0x36;
      if (deed !== 0x20 && deed !== 0x22) return OF + deed;
      return reads(next) ? READ : writes(next) ? WRITTEN : OF + 0x20;
    };
    // What each type of function takes and gives back, and the type of each function.
    const takes = [];
    const gives = [];
    const functions = [];
    let imported = 0;
    let read = 8;
    const leb = () => {
      let value = 0;
      for (let shift = 0, part = 128; part > 127; shift += 7) {
        part = head[read++];
        value |= (part & 127) << shift;
      }
      return value;
    };
    const each = (act) => {
      for (let count = leb(); count > 0; count--) act();
    };
    const skip = () => {
      const count = leb();
      read += count;
      return count;
    };
    const parts = {
      1: () => {
        read++;
        takes.push(skip());
        gives.push(skip());
      },
      2: () => {
        skip();
        skip();
        read++;
        functions.push(leb());
        imported++;
      },
      3: () => functions.push(leb()),
    };
    while (read < head.length) {
      const part = parts[head[read++]];
      const end = leb() + read;
      if (part) each(part);
      read = end;
    }
    // The local that each value which waits was just read from, or -1.
    const values = new Int32Array(1 << 16);
    const body = (place) => {
      const start = length;
      // How many values wait; how many did when the block began, and in those around it; and how
      // many the blocks give back.
      let waiting = 0;
      let floor = 0;
      const floors = [];
      const given = [];
      let named = 0;
      const replace = (taken, put) => {
        waiting = Math.max(waiting - taken, floor);
        while (put-- > 0) values[waiting++] = -1;
      };
      const waits = (below) => (waiting - floor > below ? values[waiting - 1 - below] : -1);
      const act = (deed, number) => {
        if (deed === 0x20 || deed === 0x22) {
          if (deed === 0x22) replace(1, 0);
          values[waiting++] = number;
        } else if (deed >= 0x02 && deed <= 0x04) {
          if (deed === 0x04) replace(1, 0);
          floors.push(floor);
          given.push(number === 0x40 ? 0 : 1);
          floor = waiting;
        } else if (deed === 0x0b) {
          waiting = floor;
          floor = floors.pop() ?? 0;
          replace(0, given.pop() ?? 0);
        } else if (deed === 0x0d) replace(1, 0);
        else if (deed === 0x10) replace(takes[functions[number]], gives[functions[number]]);
        else if (deed === 0x11) replace(takes[number] + 1, gives[number]);
        else if (deed < 0x10) waiting = floor;
        else if (deed === 0xfc) {
          if (number < 8) replace(1, 1);
          else if (number === 15) replace(2, 1);
          else if (number === 16) replace(0, 1);
          else if (number !== 9 && number !== 13) replace(3, 0);
        } else replace(EFFECTS[deed - 0x1a] >> 1, EFFECTS[deed - 0x1a] & 1);
      };
      // The last three deeds, and the local where the function's own memory begins.
      let past = 0;
      let frame = -1;
      const done = (deed, number) => {
        past = ((past << 8) & 0xffffff) | deed;
        act(deed, number);
      };
      // The locals that were used last.
      let [first, second, third] = [-1, -1, -1];
      const use = (deed, local) => {
        named = Math.max(named, local + 1);
        if (deed !== 0x20 && past === 0x23416b && frame < 0) frame = local;
        if (local === first) return;
        if (local !== second) third = second;
        second = first;
        first = local;
      };
      // The offsets that were read from and written to last.
      const offsets = [0, 0];
      // Places in the function's own memory that were named last.
      const places = [];
      const name = (place) => {
        if (place < 0 || place >= 2 ** 28) return;
        const known = places.indexOf(place);
        if (known >= 0) places.splice(known, 1);
        places.unshift(place);
        places.length = Math.min(places.length, PLACES);
      };
      // Writes a place, as a constant or as an offset of what is read or written, and tells it.
      const put = (kind) => {
        const isConstant = kind === 0;
        const told = packed[at[PLACED + kind]++];
        let place = places[told] ?? places[0] + (told - PLACES - 9) * 4;
        if (told !== PLACES) write(place, isConstant ? 63 : 127);
        else {
          const start = length;
          place = number(AWAY + kind);
          if (isConstant && code[length - 1] & 64) place -= 2 ** (7 * (length - start));
        }
        name(place);
        return place;
      };
      const align = (deed) => (code[length++] = ALIGNMENTS.charCodeAt(deed - 0x28) - 48);
      for (let depth = 0; depth >= 0; ) {
        const deed = packed[at[DEED]++];
        if (isBeside(deed)) {
          const step = deed - BESIDE;
          const kind = writes(DEEDS[step]) ? 1 : 0;
          code[length++] = DEEDS[step];
          align(DEEDS[step]);
          write((offsets[kind] += STEPS[step]));
          if (frame >= 0 && waits(kind) === frame) name(offsets[kind]);
          done(DEEDS[step]);
          continue;
        }
        if (isCalled(deed)) {
          const called = size(COLUMNS + 6 + deed - CALLED);
          code[length++] = 0x10;
          write(called);
          done(0x10, called);
          continue;
        }
        if (deed >= 0xe0 && deed < FAR) {
          const local = deed === 0xe1 ? second : deed === 0xe2 ? third : first;
          const real = deed < 0xe3 ? 0x20 : deed - 0xe3 + 0x21;
          code[length++] = real;
          write(local);
          use(real, local);
          done(real, local);
          continue;
        }
        const from = column(deed, packed[at[DEED]]);
        const real = deed === FAR ? 0x41 : deed;
        const isOwn = frame >= 0 && waits(writes(deed) ? 1 : 0) === frame;
        let told = 0;
        code[length++] = real;
        if (deed >= 0x20 && deed <= 0x22) use(deed, (told = number(from)));
        else if (deed >= 0x28 && deed <= 0x3e) {
          const kind = writes(deed) ? 1 : 0;
          align(deed);
          offsets[kind] = isOwn ? put(kind + 1) : number(from);
        } else if (deed === 0x41 && isOwn && packed[at[DEED]] === 0x6a) put(0);
        else if (deed === 0x0b) depth--;
        else if (deed >= 0x02 && deed <= 0x04) {
          depth++;
          told = number(from);
        } else if (deed === 0x0e) some(from, number(from) + 1);
        else if (deed === 0x10) told = number(CALLING + Math.min(waiting - floor, WAITING - 1));
        else if (deed === 0x11) {
          told = number(from);
          number(from);
        } else if (deed === 0x43 || deed === 0x44) {
          for (let rest = deed === 0x43 ? 4 : 8; rest > 0; rest--) byte(from);
        } else if (deed === 0xfc) {
          told = byte(from);
          some(from, told < 8 ? 0 : told < 15 && told % 2 === 0 ? 2 : 1);
        } else if (
          (deed >= 0x23 && deed <= 0x26) ||
          (deed >= 0x3f && deed <= 0x42) ||
          [0x0c, 0x0d, 0xd0, 0xd2, FAR].includes(deed)
        ) {
          number(from);
        }
        done(real, told);
      }
      keep(start, named - takes[functions[imported + place]]);
    };
    write(size(0));
    for (let place = 0; place < size(0); place++) {
      const start = length;
      body(place);
      measure(start);
    }
    measure(0);
    addresses(tail, ...[2, 3, 4, 5].map((place) => size(COLUMNS + place)));
    const wasm = new Uint8Array(head.length + 1 + length + tail.length);
    wasm.set(head);
    wasm[head.length] = 10;
    wasm.set(code.subarray(0, length), head.length + 1);
    wasm.set(tail, head.length + 1 + length);
    return wasm;
  };

  // The answer with columns as an answer with the wasm, if that is the one that was built.
  globalThis.unpacked = async (response, integrity) => {
    const wasm = unpack(new Uint8Array(await response.arrayBuffer()));
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-384', wasm));
    const found = `sha384-${btoa(String.fromCharCode(...hash))}`;
    if (found !== integrity) throw new Error(`wasm: ${found}`);
    return new Response(wasm, { headers: { 'content-type': 'application/wasm' } });
  };
}
