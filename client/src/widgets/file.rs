//! A list that somebody chose from their disk, as text: comma-separated values, or the first sheet
//! of a workbook.
//!
//! The program has no decompressor of its own; the browser's unpacks, and is stopped where a list
//! cannot be that long.

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, ReadableStreamDefaultReader};

use crate::{
    table::{
        self, sheet,
        zip::{self, Part},
    },
    text::list,
};

/// Longest file that is looked at, in bytes.
const FILE_BYTES_MAX: f64 = 4.0 * 1024.0 * 1024.0;
/// Most bytes that a part of a workbook may unfold to.
const PART_BYTES_MAX: usize = 24 * 1024 * 1024;
/// The encoding of lists that older office programs write.
const OLDER: &str = "shift_jis";

#[wasm_bindgen]
extern "C" {
    /// What `web-sys` keeps behind a compiler flag.
    type DecompressionStream;

    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<DecompressionStream, JsValue>;

    /// Bytes in an encoding, as text.
    type TextDecoder;

    #[wasm_bindgen(constructor, catch)]
    fn new(label: &str, options: &JsValue) -> Result<TextDecoder, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn decode(this: &TextDecoder, bytes: &Uint8Array) -> Result<String, JsValue>;
}

/// The text of a file, or the code of what is wrong with it.
pub async fn read(file: &File) -> Result<String, &'static str> {
    if file.size() > FILE_BYTES_MAX {
        return Err("too_large");
    }
    let buffer = JsFuture::from(file.array_buffer()).await.ok().ok_or("unreadable")?;
    let bytes = Uint8Array::new(&buffer).to_vec();
    if zip::is_archive(&bytes) {
        return workbook(&bytes).await.ok_or("unreadable");
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(other) => older(other.as_bytes()).ok_or("not_utf8"),
    }
}

/// Bytes in the older encoding; `None` if they are in none of the two.
fn older(bytes: &[u8]) -> Option<String> {
    let options = js_sys::Object::new();
    Reflect::set(&options, &"fatal".into(), &JsValue::TRUE).ok()?;
    TextDecoder::new(OLDER, &options).ok()?.decode(&Uint8Array::from(bytes)).ok()
}

/// The first sheet of a workbook.
async fn workbook(bytes: &[u8]) -> Option<String> {
    let parts = zip::parts(bytes)?;
    let named = |name: &str| parts.iter().find(|it| it.name == name);
    let first = named("xl/worksheets/sheet1.xml")
        .or_else(|| parts.iter().find(|it| it.name.starts_with("xl/worksheets/sheet")))?;
    let texts = match named("xl/sharedStrings.xml") {
        Some(part) => sheet::texts(&unpack(part).await?),
        None => vec![],
    };
    let is_since_1904 = match named("xl/workbook.xml") {
        Some(part) => sheet::is_since_1904(&unpack(part).await?),
        None => false,
    };
    let mut rows = sheet::rows(&unpack(first).await?, &texts)?;
    sheet::name_days(&mut rows, list::is_day, is_since_1904);
    Some(table::csv(&rows))
}

/// What a part says.
async fn unpack(part: &Part<'_>) -> Option<String> {
    if !part.is_packed {
        return String::from_utf8(part.bytes.to_vec()).ok();
    }
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(part.bytes))).ok()?;
    let unpacks: JsValue = DecompressionStream::new("deflate-raw").ok()?.into();
    let stream = blob.stream().pipe_through(unpacks.unchecked_ref());
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut bytes: Vec<u8> = vec![];
    while bytes.len() <= PART_BYTES_MAX {
        let read = JsFuture::from(reader.read()).await.ok()?;
        let piece = Reflect::get(&read, &"value".into()).ok()?;
        if piece.is_undefined() {
            return String::from_utf8(bytes).ok();
        }
        bytes.extend(piece.dyn_into::<Uint8Array>().ok()?.to_vec());
    }
    None
}
