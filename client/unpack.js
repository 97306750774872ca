// Puts a wasm together again that `bundle` sorted into columns (`client/bundle/src/pack.rs`).
const unpack = (packed) => {
  const [DEED, KEPT, READ, WRITTEN, OF] = Array(5).keys();
  const SMALL = OF + 256;
  const LARGE = SMALL + 256;
  const PLACED = LARGE + 256;
  const COLUMNS = PLACED + 4;
  const PLACES = 16;
  const CALLED = 0xc5;
  const CALLS = 27;
  const FAR = 0xe5;
  const BESIDE = 0xe6;
  const STEPS = [4, -4, 8, -8, 8, -8, 4, -4, 8, -8, 8, -8];
  const DEEDS = [0x28, 0x28, 0x28, 0x28, 0x29, 0x29, 0x36, 0x36, 0x36, 0x36, 0x37, 0x37];
  const ALIGNMENTS = '23230011001122232301012';
  const sizes = new DataView(packed.buffer, packed.byteOffset);
  const size = (place) => sizes.getUint32(place * 4, true);
  const begin = (COLUMNS + 2 + CALLS) * 4;
  let end = begin + size(1);
  const head = packed.subarray(begin, end);
  const at = new Uint32Array(COLUMNS);
  for (let column = 0; column < COLUMNS; column++) {
    at[column] = end;
    end += size(column + 2);
  }
  const tail = packed.subarray(end);
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
  const body = () => {
    const groups = number(KEPT);
    for (let group = 0; group < groups; group++) {
      number(KEPT);
      byte(KEPT);
    }
    // The last three deeds, and the local where the function's own memory begins.
    let past = 0;
    let frame = -1;
    const pass = (deed) => (past = ((past << 8) & 0xffffff) | deed);
    // The locals that were used last.
    let [first, second, third] = [-1, -1, -1];
    const use = (deed, local) => {
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
    // Writes a place, as a constant or as an offset, and tells it.
    const put = (isConstant) => {
      const column = PLACED + (isConstant ? 0 : 1);
      const told = packed[at[column]++];
      let place = places[told] ?? places[0] + (told - PLACES - 9) * 4;
      if (told !== PLACES) write(place, isConstant ? 63 : 127);
      else {
        const start = length;
        place = number(column + 2);
        if (isConstant && code[length - 1] & 64) place -= 2 ** (7 * (length - start));
      }
      name(place);
      return place;
    };
    const align = (deed) => (code[length++] = ALIGNMENTS.charCodeAt(deed - 0x28) - 48);
    for (let depth = 0; depth >= 0; ) {
      const deed = packed[at[DEED]++];
      const isOwn = (past & 255) === 0x20 && first === frame;
      if (isBeside(deed)) {
        const step = deed - BESIDE;
        const kind = writes(DEEDS[step]) ? 1 : 0;
        code[length++] = DEEDS[step];
        align(DEEDS[step]);
        write((offsets[kind] += STEPS[step]));
        if (isOwn && kind === 0) name(offsets[kind]);
        pass(DEEDS[step]);
        continue;
      }
      if (isCalled(deed)) {
        code[length++] = 0x10;
        write(size(COLUMNS + 2 + deed - CALLED));
        pass(0x10);
        continue;
      }
      if (deed >= 0xe0 && deed < FAR) {
        const local = deed === 0xe1 ? second : deed === 0xe2 ? third : first;
        const real = deed < 0xe3 ? 0x20 : deed - 0xe3 + 0x21;
        code[length++] = real;
        write(local);
        use(real, local);
        pass(real);
        continue;
      }
      const from = column(deed, packed[at[DEED]]);
      const real = deed === FAR ? 0x41 : deed;
      code[length++] = real;
      if (deed >= 0x20 && deed <= 0x22) use(deed, number(from));
      else if (deed >= 0x28 && deed <= 0x3e) {
        align(deed);
        const isPlace = isOwn && reads(deed);
        offsets[writes(deed) ? 1 : 0] = isPlace ? put(false) : number(from);
      } else if (deed === 0x41 && isOwn && packed[at[DEED]] === 0x6a) put(true);
      else if (deed === 0x0b) depth--;
      else if (deed >= 0x02 && deed <= 0x04) {
        depth++;
        number(from);
      } else if (deed === 0x0e) some(from, number(from) + 1);
      else if (deed === 0x11) some(from, 2);
      else if (deed === 0x43 || deed === 0x44) {
        for (let rest = deed === 0x43 ? 4 : 8; rest > 0; rest--) byte(from);
      } else if (deed === 0xfc) {
        const further = byte(from);
        some(from, further < 8 ? 0 : further < 15 && further % 2 === 0 ? 2 : 1);
      } else if (
        (deed >= 0x23 && deed <= 0x26) ||
        (deed >= 0x3f && deed <= 0x42) ||
        [0x0c, 0x0d, 0x10, 0xd0, 0xd2, FAR].includes(deed)
      ) {
        number(from);
      }
      pass(real);
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

// The answer with columns as an answer with the wasm, if that is the one that was built.
const unpacked = async (response, integrity) => {
  const wasm = unpack(new Uint8Array(await response.arrayBuffer()));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-384', wasm));
  const found = `sha384-${btoa(String.fromCharCode(...hash))}`;
  if (found !== integrity) throw new Error(`wasm: ${found}`);
  return new Response(wasm, { headers: { 'content-type': 'application/wasm' } });
};
