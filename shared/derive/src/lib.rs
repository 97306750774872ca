//! `#[derive(Decode)]`: reads what `#[derive(minicbor::Encode)]` writes, and nothing else.
//!
//! minicbor's own `Decode` takes more than its `Encode` makes (indefinite lengths, repeated keys,
//! an unknown variant for nothing) and writes every field's reader out twice. Here a reader is a
//! row in a table that `shared::cbor` walks: one way to write a value, and a third of the code.
//!
//! Understood: `#[n(0)]`, `#[cbor(n(0), with = "…")]`; on the type `#[cbor(map)]`,
//! `#[cbor(index_only)]`, `#[cbor(transparent)]`. A missing `Option` is `None`.

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::{format_ident, quote};
use syn::{
    Attribute, Data, DataEnum, DeriveInput, Error, Fields, Ident, LitInt, LitStr, Path, Result,
    Type, Variant, meta::ParseNestedMeta, parenthesized, parse_macro_input, spanned::Spanned,
};

/// See the crate.
#[proc_macro_derive(Decode, attributes(cbor, n))]
pub fn derive_decode(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// What the attributes of a type or field say.
#[derive(Default)]
struct Said {
    index: Option<u32>,
    with: Option<Path>,
    map: bool,
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
        } else if meta.path.is_ident("with") {
            self.with = Some(meta.value()?.parse::<LitStr>()?.parse()?);
        } else if meta.path.is_ident("map") {
            self.map = true;
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
        Data::Struct(data) => fields(&quote!(Self), &data.fields, said.map)?,
        Data::Enum(data) => variants(data, &said)?,
        Data::Union(_) => return Err(Error::new(input.span(), "a union has no encoding")),
    };
    let name = &input.ident;
    Ok(quote! {
        impl<'bytes> ::minicbor::Decode<'bytes, ()> for #name {
            fn decode(
                decoder: &mut ::minicbor::Decoder<'bytes>,
                (): &mut (),
            ) -> ::core::result::Result<Self, ::minicbor::decode::Error> {
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
    let read = said.with.map_or_else(
        || quote!(::minicbor::Decode::decode(decoder, &mut ())),
        |with| quote!(#with::decode(decoder, &mut ())),
    );
    Ok(quote!(#read.map(Self)))
}

/// `[0, [..]]`, or the number alone.
fn variants(data: &DataEnum, said: &Said) -> Result<Tokens> {
    let arms =
        data.variants.iter().map(|variant| arm(variant, said)).collect::<Result<Vec<_>>>()?;
    let number = if said.index_only {
        quote!(decoder.i64()?)
    } else {
        quote!(::shared::cbor::variant(decoder)?)
    };
    Ok(quote! {
        match #number {
            #(#arms)*
            other => ::core::result::Result::Err(::minicbor::decode::Error::unknown_variant(other)),
        }
    })
}

fn arm(variant: &Variant, said: &Said) -> Result<Tokens> {
    let name = &variant.ident;
    let index = i64::from(Said::of(&variant.attrs)?.index(variant)?);
    let body = match &variant.fields {
        Fields::Unit if said.index_only => quote!(::core::result::Result::Ok(Self::#name)),
        Fields::Unit => quote! {{
            decoder.skip()?;
            ::core::result::Result::Ok(Self::#name)
        }},
        some @ (Fields::Named(_) | Fields::Unnamed(_)) => {
            let body = fields(&quote!(Self::#name), some, said.map)?;
            quote!({ #body })
        }
    };
    Ok(quote!(#index => #body,))
}

/// A slot for each field, a row of the table for each slot, and the whole at the end.
fn fields(name: &Tokens, fields: &Fields, map: bool) -> Result<Tokens> {
    let (mut slots, mut rows, mut inits) = (Vec::new(), Vec::new(), Vec::new());
    for (position, field) in fields.iter().enumerate() {
        let said = Said::of(&field.attrs)?;
        let index = u64::from(said.index(field)?);
        let slot = format_ident!("slot_{position}");
        rows.push(said.with.as_ref().map_or_else(
            || quote!(#index => ::shared::cbor::read(decoder, &mut #slot),),
            |with| {
                quote!(#index => {
                    #slot = ::core::option::Option::Some(#with::decode(decoder, &mut ())?);
                    ::core::result::Result::Ok(())
                })
            },
        ));
        let value = if is_option(&field.ty) {
            quote!(#slot.unwrap_or_default())
        } else {
            quote!(::shared::cbor::need(#slot)?)
        };
        inits.push(init(field.ident.as_ref(), &value));
        slots.push(slot);
    }
    let whole = match fields {
        Fields::Named(_) => quote!(#name { #(#inits),* }),
        Fields::Unnamed(_) => quote!(#name(#(#inits),*)),
        Fields::Unit => quote!(#name),
    };
    let walk = if map { quote!(map) } else { quote!(array) };
    Ok(quote! {
        #(let mut #slots = ::core::option::Option::None;)*
        ::shared::cbor::#walk(decoder, &mut |key, decoder| match key {
            #(#rows)*
            _ => decoder.skip(),
        })?;
        ::core::result::Result::Ok(#whole)
    })
}

fn init(field: Option<&Ident>, value: &Tokens) -> Tokens {
    field.map_or_else(|| value.clone(), |field| quote!(#field: #value))
}

fn is_option(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|segment| segment.ident == "Option")
}
