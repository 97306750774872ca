//! Changes what is on the page to what is to be there.

use leptos::prelude::document;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, HtmlInputElement};

use crate::widgets::{dom, node::Node};

/// Makes the children of an element what they are to be. What stays is found again behind what went.
pub(super) fn patch(parent: &web_sys::Node, old: &[Node], new: &[Node]) {
    let mut next = parent.first_child();
    let mut olds = old;
    for (at, node) in new.iter().enumerate() {
        let later = new.get(at + 1..).unwrap_or_default();
        let stays =
            |was: &Node| !was.parts().key.is_empty() && later.iter().any(|it| is_same(was, it));
        let found = olds.iter().position(|was| is_same(was, node));
        // What has a key and stays is not taken away for what only resembles this.
        let found = found.filter(|gone| !olds.iter().take(*gone).any(stays));
        let Some(gone) = found else {
            if let Some(made) = make(node) {
                dom::shrug(parent.insert_before(&made, next.as_ref()));
            }
            continue;
        };
        for _ in 0..gone {
            next = take(parent, next);
        }
        if let (Some(was), Some(here)) = (olds.get(gone), &next) {
            update(here, was, node);
        }
        next = next.and_then(|here| here.next_sibling());
        olds = olds.get(gone + 1..).unwrap_or_default();
    }
    while next.is_some() {
        next = take(parent, next);
    }
}

/// Takes a child away; the one behind it.
fn take(parent: &web_sys::Node, child: Option<web_sys::Node>) -> Option<web_sys::Node> {
    let child = child?;
    let next = child.next_sibling();
    dom::shrug(parent.remove_child(&child));
    next
}

fn is_same(was: &Node, node: &Node) -> bool {
    let (was, node) = (was.parts(), node.parts());
    was.tag == node.tag && was.key == node.key
}

fn update(here: &web_sys::Node, was: &Node, node: &Node) {
    if was == node {
        return;
    }
    let (was, node) = (was.parts(), node.parts());
    if node.tag.is_empty() {
        here.set_text_content(Some(&node.text));
        return;
    }
    let Some(element) = here.dyn_ref::<Element>() else { return };
    for (name, value) in &node.attributes {
        if !was.attributes.iter().any(|(it, held)| it == name && held == value) {
            set(element, name, value);
        }
    }
    for (name, _) in &was.attributes {
        if !node.attributes.iter().any(|(it, _)| it == name) {
            dom::shrug(element.remove_attribute(name));
        }
    }
    patch(here, &was.children, &node.children);
}

fn make(node: &Node) -> Option<web_sys::Node> {
    let document = document();
    let parts = node.parts();
    if parts.tag.is_empty() {
        return Some(document.create_text_node(&parts.text).into());
    }
    let element = if SVG.contains(&parts.tag) {
        document.create_element_ns(Some("http://www.w3.org/2000/svg"), parts.tag).ok()?
    } else {
        document.create_element(parts.tag).ok()?
    };
    for (name, value) in &parts.attributes {
        set(&element, name, value);
    }
    let inside: web_sys::Node = element.into();
    patch(&inside, &[], &parts.children);
    Some(inside)
}

/// Elements of pictures.
const SVG: [&str; 8] = ["svg", "path", "circle", "line", "text", "polyline", "g", "rect"];

fn set(element: &Element, name: &str, value: &str) {
    match name.strip_prefix('.') {
        Some("checked") => {
            if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
                input.set_checked(!value.is_empty());
            }
        }
        Some(property) => {
            dom::shrug(js_sys::Reflect::set(element, &property.into(), &JsValue::from_str(value)));
        }
        None => dom::shrug(element.set_attribute(name, value)),
    }
}
