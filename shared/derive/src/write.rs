//! Writing: the numbers of the fields as a constant, the fields as a list of references.

use proc_macro2::TokenStream as Tokens;
use quote::{format_ident, quote};
use syn::{Data, DataEnum, DeriveInput, Error, Fields, Result, Variant, spanned::Spanned};

use super::Said;

pub(super) fn expand(input: &DeriveInput) -> Result<Tokens> {
    let said = Said::of(&input.attrs)?;
    let body = match &input.data {
        Data::Struct(data) => whole(&data.fields, &said)?,
        Data::Enum(data) => variants(data, &said)?,
        Data::Union(_) => return Err(Error::new(input.span(), "a union has no encoding")),
    };
    let name = &input.ident;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    Ok(quote! {
        impl #generics ::shared::cbor::Encode for #name #arguments #bounds {
            fn encode(&self, writer: &mut ::shared::cbor::Writer) {
                #body
            }
        }
    })
}

fn whole(fields: &Fields, said: &Said) -> Result<Tokens> {
    let members = fields.members().map(|member| quote!(self.#member)).collect::<Vec<_>>();
    if !said.transparent {
        return rows(fields, &members, said);
    }
    let mut body = Tokens::new();
    for (field, member) in fields.iter().zip(&members) {
        body = if Said::of(&field.attrs)?.bytes {
            quote!(writer.bytes(&#member);)
        } else {
            quote!(::shared::cbor::Encode::encode(&#member, writer);)
        };
    }
    Ok(body)
}

fn variants(data: &DataEnum, said: &Said) -> Result<Tokens> {
    let arms =
        data.variants.iter().map(|variant| arm(variant, said)).collect::<Result<Vec<_>>>()?;
    Ok(if said.index_only {
        quote!(writer.u64(match self { #(#arms)* });)
    } else {
        quote!(match self { #(#arms)* })
    })
}

fn arm(variant: &Variant, said: &Said) -> Result<Tokens> {
    let name = &variant.ident;
    let index = Said::of(&variant.attrs)?.index(variant)?;
    if said.index_only {
        let index = u64::from(index);
        return Ok(quote!(Self::#name => #index,));
    }
    let names: Vec<_> = (0..variant.fields.len()).map(|at| format_ident!("part_{at}")).collect();
    let parts: Vec<_> = names.iter().map(|name| quote!(*#name)).collect();
    let bindings =
        variant.fields.members().zip(&names).map(|(member, name)| quote!(#member: #name));
    let rows = rows(&variant.fields, &parts, said)?;
    Ok(quote!(Self::#name { #(#bindings),* } => {
        writer.variant(#index);
        #rows
    }))
}

/// `places` are expressions for the fields themselves.
fn rows(fields: &Fields, places: &[Tokens], shape: &Said) -> Result<Tokens> {
    let mut rows = Vec::new();
    for (field, place) in fields.iter().zip(places) {
        let said = Said::of(&field.attrs)?;
        let value =
            if said.bytes { quote!(&::shared::cbor::Bytes(&#place)) } else { quote!(&#place) };
        rows.push((said.index(field)?, value));
    }
    rows.sort_by_key(|(index, _)| *index);
    let (indexes, values): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    if shape.row {
        return Ok(quote!(writer.row(&[#(#values),*]);));
    }
    let write = if shape.map { quote!(map) } else { quote!(array) };
    Ok(quote!(writer.#write(&[#(#indexes),*], &[#(#values),*]);))
}
