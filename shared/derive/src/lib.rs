//! `#[derive(Encode)]` and `#[derive(Decode)]`: a type as rows of a table that `shared::cbor` walks.
//!
//! The encoding is that of minicbor's derived `Encode`, byte for byte. What it would write out anew
//! for every field of every type is one function here, and reading takes nothing but what is
//! written: no indefinite lengths, no repeated keys, no unknown variant for nothing.
//!
//! Understood: `#[n(0)]`; `#[cbor(n(0), bytes)]` for a string of bytes; on the type `#[cbor(map)]`,
//! `#[cbor(row)]`, `#[cbor(index_only)]`, `#[cbor(transparent)]`. A missing `Option` is `None`.
//!
//! A row is what one build tells itself, as page and worker do: every field in its place and none
//! besides. It knows no other version, so reading it is half the code.

use std::collections::BTreeSet;

use proc_macro::TokenStream;
use proc_macro2::{Span, TokenStream as Tokens};
use quote::{format_ident, quote};
use syn::{
    Attribute, Data, DataEnum, DeriveInput, Error, Fields, LitInt, Result, Type, Variant,
    meta::ParseNestedMeta, parenthesized, parse_macro_input, spanned::Spanned,
};

mod write;

/// See the crate.
#[proc_macro_derive(Encode, attributes(cbor, n))]
pub fn derive_encode(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    write::expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// See the crate.
#[proc_macro_derive(Decode, attributes(cbor, n))]
pub fn derive_decode(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// What the attributes of a type or field say.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word that stands there or does not")]
struct Said {
    index: Option<u32>,
    bytes: bool,
    map: bool,
    row: bool,
    index_only: bool,
    transparent: bool,
}

impl Said {
    fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut said = Self::default();
        for attribute in attributes {
            if attribute.path().is_ident("n") {
                said.index = Some(attribute.parse_args::<LitInt>()?.base10_parse()?);
            } else if attribute.path().is_ident("cbor") {
                attribute.parse_nested_meta(|meta| said.take(&meta))?;
            }
        }
        Ok(said)
    }

    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        if meta.path.is_ident("n") {
            let number;
            parenthesized!(number in meta.input);
            self.index = Some(number.parse::<LitInt>()?.base10_parse()?);
        } else if meta.path.is_ident("bytes") {
            self.bytes = true;
        } else if meta.path.is_ident("map") {
            self.map = true;
        } else if meta.path.is_ident("row") {
            self.row = true;
        } else if meta.path.is_ident("index_only") {
            self.index_only = true;
        } else if meta.path.is_ident("transparent") {
            self.transparent = true;
        } else {
            return Err(meta.error("not understood here"));
        }
        Ok(())
    }

    fn index(&self, span: &impl Spanned) -> Result<u32> {
        self.index.ok_or_else(|| Error::new(span.span(), "its number is missing: #[n(…)]"))
    }
}

fn expand(input: &DeriveInput) -> Result<Tokens> {
    if !input.generics.params.is_empty() {
        return Err(Error::new(
            input.generics.span(),
            "a type with parameters has no one encoding",
        ));
    }
    let said = Said::of(&input.attrs)?;
    let (body, least) = match &input.data {
        Data::Struct(data) => (whole(&data.fields, &said)?, Some(&data.fields)),
        Data::Enum(data) => (variants(data, &said)?, data.variants.first().map(|it| &it.fields)),
        Data::Union(_) => return Err(Error::new(input.span(), "a union has no encoding")),
    };
    let name = &input.ident;
    let held = least.into_iter().flatten().map(|field| &field.ty);
    Ok(quote! {
        impl ::shared::cbor::Decode for #name {
            const ENDS: () = { #(let () = <#held as ::shared::cbor::Decode>::ENDS;)* };

            fn decode(reader: &mut ::shared::cbor::Reader<'_>) -> Self {
                #body
            }
        }

        const _: () = <#name as ::shared::cbor::Decode>::ENDS;
    })
}

fn whole(fields: &Fields, said: &Said) -> Result<Tokens> {
    if said.transparent { transparent(fields) } else { shape(&quote!(Self), fields, said) }
}

/// A type that is written as its only field is.
fn transparent(fields: &Fields) -> Result<Tokens> {
    let (Fields::Unnamed(_), 1) = (fields, fields.len()) else {
        return Err(Error::new(fields.span(), "only a tuple of one field is transparent"));
    };
    let mut said = Said::default();
    for field in fields {
        said = Said::of(&field.attrs)?;
    }
    let value = value(&said, &quote!(reader));
    Ok(quote!(Self(#value)))
}

/// `[0, [..]]`, or the number alone.
///
/// The first variant is what a reader that failed reads, and so what an unknown number is read as.
fn variants(data: &DataEnum, said: &Said) -> Result<Tokens> {
    let numbers = data
        .variants
        .iter()
        .map(|variant| Said::of(&variant.attrs)?.index(variant).map(u64::from))
        .collect::<Result<Vec<_>>>()?;
    unique(&numbers, data.variants.span())?;
    let bodies = data
        .variants
        .iter()
        .map(|variant| variant_body(variant, said))
        .collect::<Result<Vec<_>>>()?;
    let ([first, numbers @ ..], [least, bodies @ ..]) = (&*numbers, &*bodies) else {
        return Err(Error::new(data.variants.span(), "there is no variant"));
    };
    let read = if said.index_only { quote!(u64) } else { quote!(variant) };
    Ok(quote! {
        let number = reader.#read();
        match number {
            #(#numbers => #bodies,)*
            _ => {
                reader.expect(number == #first);
                #least
            }
        }
    })
}

fn variant_body(variant: &Variant, said: &Said) -> Result<Tokens> {
    let name = &variant.ident;
    Ok(match &variant.fields {
        Fields::Unit if said.index_only => quote!(Self::#name),
        Fields::Unit => quote! {{
            reader.skip();
            Self::#name
        }},
        some @ (Fields::Named(_) | Fields::Unnamed(_)) => {
            let body = shape(&quote!(Self::#name), some, said)?;
            quote!({ #body })
        }
    })
}

/// The fields of a type or variant.
fn shape(name: &Tokens, fields: &Fields, said: &Said) -> Result<Tokens> {
    if said.row { row(name, fields) } else { table(name, fields, said.map) }
}

/// Every field where its number says.
fn row(name: &Tokens, fields: &Fields) -> Result<Tokens> {
    let mut values = Vec::new();
    for (place, field) in (0..).zip(fields) {
        let said = Said::of(&field.attrs)?;
        if said.index(field)? != place {
            return Err(Error::new(field.span(), "the fields of a row are numbered in order"));
        }
        values.push(value(&said, &quote!(reader)));
    }
    let count = u64::try_from(fields.len()).unwrap_or(u64::MAX);
    let members = fields.members();
    Ok(quote! {
        reader.row(#count);
        #name { #(#members: #values),* }
    })
}

/// The fields one after another as their numbers ascend, and the whole at the end.
fn table(name: &Tokens, fields: &Fields, map: bool) -> Result<Tokens> {
    let mut parts = Vec::new();
    for (position, field) in fields.iter().enumerate() {
        let said = Said::of(&field.attrs)?;
        let number = u64::from(said.index(field)?);
        let seek = if is_option(&field.ty) { quote!(may) } else { quote!(must) };
        let value = value(&said, &quote!(table.#seek(#number)));
        parts.push((number, format_ident!("part_{position}"), value));
    }
    let names: Vec<_> = parts.iter().map(|(_, name, _)| name.clone()).collect();
    parts.sort_by_key(|(number, ..)| *number);
    unique(&parts.iter().map(|(number, ..)| *number).collect::<Vec<_>>(), fields.span())?;
    let reads = parts.iter().map(|(_, name, value)| quote!(let #name = #value;));
    let read = if map { quote!(map) } else { quote!(array) };
    let members = fields.members();
    Ok(quote! {
        let mut table = reader.#read();
        #(#reads)*
        table.end();
        #name { #(#members: #names),* }
    })
}

fn value(said: &Said, reader: &Tokens) -> Tokens {
    if said.bytes {
        quote!(#reader.exact())
    } else {
        quote!(::shared::cbor::Decode::decode(#reader))
    }
}

fn unique(numbers: &[u64], span: Span) -> Result<()> {
    let distinct = numbers.iter().collect::<BTreeSet<_>>().len();
    if distinct == numbers.len() { Ok(()) } else { Err(Error::new(span, "a number stands twice")) }
}

fn is_option(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|segment| segment.ident == "Option")
}
