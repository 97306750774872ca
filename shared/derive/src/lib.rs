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

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::{format_ident, quote};
use syn::{
    Attribute, Data, DataEnum, DeriveInput, Error, Fields, Ident, LitInt, Result, Type, Variant,
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
    let body = match &input.data {
        Data::Struct(data) if said.transparent => transparent(&data.fields)?,
        Data::Struct(data) => fields(&quote!(Self), &data.fields, &said)?,
        Data::Enum(data) => variants(data, &said)?,
        Data::Union(_) => return Err(Error::new(input.span(), "a union has no encoding")),
    };
    let name = &input.ident;
    Ok(quote! {
        impl ::shared::cbor::Decode for #name {
            fn decode(reader: &mut ::shared::cbor::Reader<'_>) -> ::core::option::Option<Self> {
                #body
            }
        }
    })
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
    let read = if said.bytes {
        quote!(::core::convert::TryFrom::try_from(reader.bytes()?).ok())
    } else {
        quote!(::shared::cbor::Decode::decode(reader))
    };
    Ok(quote!(#read.map(Self)))
}

/// `[0, [..]]`, or the number alone.
fn variants(data: &DataEnum, said: &Said) -> Result<Tokens> {
    let arms =
        data.variants.iter().map(|variant| arm(variant, said)).collect::<Result<Vec<_>>>()?;
    let number = if said.index_only { quote!(reader.u64()?) } else { quote!(reader.variant()?) };
    Ok(quote! {
        match #number {
            #(#arms)*
            _ => ::core::option::Option::None,
        }
    })
}

fn arm(variant: &Variant, said: &Said) -> Result<Tokens> {
    let name = &variant.ident;
    let index = u64::from(Said::of(&variant.attrs)?.index(variant)?);
    let body = match &variant.fields {
        Fields::Unit if said.index_only => quote!(::core::option::Option::Some(Self::#name)),
        Fields::Unit => quote! {{
            reader.skip()?;
            ::core::option::Option::Some(Self::#name)
        }},
        some @ (Fields::Named(_) | Fields::Unnamed(_)) => {
            let body = fields(&quote!(Self::#name), some, said)?;
            quote!({ #body })
        }
    };
    Ok(quote!(#index => #body,))
}

/// The fields of a type or variant.
fn fields(name: &Tokens, fields: &Fields, said: &Said) -> Result<Tokens> {
    if said.row { row(name, fields) } else { table(name, fields, said.map) }
}

/// Every field where its number says.
fn row(name: &Tokens, fields: &Fields) -> Result<Tokens> {
    let mut inits = Vec::new();
    for (place, field) in (0..).zip(fields) {
        let said = Said::of(&field.attrs)?;
        if said.index(field)? != place {
            return Err(Error::new(field.span(), "the fields of a row are numbered in order"));
        }
        let value = if said.bytes {
            quote!(::core::convert::TryFrom::try_from(reader.bytes()?).ok()?)
        } else {
            quote!(::shared::cbor::Decode::decode(reader)?)
        };
        inits.push(init(field.ident.as_ref(), &value));
    }
    let count = u64::try_from(fields.len()).unwrap_or(u64::MAX);
    let whole = whole(name, fields, &inits);
    Ok(quote! {
        reader.row(#count)?;
        ::core::option::Option::Some(#whole)
    })
}

fn whole(name: &Tokens, fields: &Fields, inits: &[Tokens]) -> Tokens {
    match fields {
        Fields::Named(_) => quote!(#name { #(#inits),* }),
        Fields::Unnamed(_) => quote!(#name(#(#inits),*)),
        Fields::Unit => quote!(#name),
    }
}

/// A slot for each field, a row of the table for each slot, and the whole at the end.
fn table(name: &Tokens, fields: &Fields, map: bool) -> Result<Tokens> {
    let (mut slots, mut rows, mut inits) = (Vec::new(), Vec::new(), Vec::new());
    for (position, field) in fields.iter().enumerate() {
        let said = Said::of(&field.attrs)?;
        let index = u64::from(said.index(field)?);
        let slot = format_ident!("slot_{position}");
        rows.push(if said.bytes {
            quote!(#index => {
                #slot = ::core::option::Option::Some(
                    ::core::convert::TryFrom::try_from(reader.bytes()?).ok()?,
                );
                ::core::option::Option::Some(())
            })
        } else {
            quote!(#index => reader.read(&mut #slot),)
        });
        let value =
            if is_option(&field.ty) { quote!(#slot.unwrap_or_default()) } else { quote!(#slot?) };
        inits.push(init(field.ident.as_ref(), &value));
        slots.push(slot);
    }
    let whole = whole(name, fields, &inits);
    let walk = if map { quote!(map) } else { quote!(array) };
    Ok(quote! {
        #(let mut #slots = ::core::option::Option::None;)*
        reader.#walk(&mut |key, reader| match key {
            #(#rows)*
            _ => reader.skip(),
        })?;
        ::core::option::Option::Some(#whole)
    })
}

fn init(field: Option<&Ident>, value: &Tokens) -> Tokens {
    field.map_or_else(|| value.clone(), |field| quote!(#field: #value))
}

fn is_option(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|segment| segment.ident == "Option")
}
