//! Elements, with their types erased as they are made.
//!
//! Leptos gives every nesting of elements a type of its own, and every such type its own code for
//! building, updating and removing: with some hundred different elements that alone is larger than
//! what a phone should download. Here each element is one type, and each closure is boxed once.

use std::borrow::Cow;

use leptos::{ev::EventDescriptor, prelude::*, tachys::renderer::Rndr};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event};

mod view;

use crate::watched::Watched;
use view::{Kind, Parts, Setting, follow, view};
pub use view::{Standing, View};

/// An element that is being described. One pointer wide, because every line of every page hands it
/// on by value.
pub struct Tag(Box<Parts>);

/// Where an element is found once it is on the page.
#[derive(Clone, Copy)]
pub struct Found(Watched<Option<SendWrapper<Element>>>);

impl Found {
    /// Nowhere yet.
    pub fn not_yet() -> Self {
        Self(Watched::new(None))
    }

    /// The element; followed.
    pub fn get<E: JsCast>(self) -> Option<E> {
        self.0.get().map(cast)
    }

    /// The element; not followed.
    pub fn get_untracked<E: JsCast>(self) -> Option<E> {
        self.0.try_get_untracked()?.map(cast)
    }

    /// Follows it without looking at it.
    pub fn track(self) {
        self.0.track();
    }
}

fn cast<E: JsCast>(found: SendWrapper<Element>) -> E {
    found.take().unchecked_into()
}

/// The value of an attribute: absent, or a text, possibly one that changes.
pub enum Value {
    /// A word of ours.
    Word(&'static str),
    /// Always the same.
    Fixed(Option<String>),
    /// Follows signals.
    Following(Box<dyn FnMut() -> Option<String> + Send>),
}

impl Value {
    fn now(self) -> Option<String> {
        match self {
            Self::Word(word) => Some(word.to_owned()),
            Self::Fixed(value) => value,
            Self::Following(mut value) => value(),
        }
    }
}

/// What can be an attribute's value.
pub trait IntoValue {
    /// As a value.
    fn into_value(self) -> Value;
}

/// What can stand inside an element.
pub trait Child {
    /// As a view.
    fn into_child(self) -> View;
}

macro_rules! tags {
    ($($name:ident)*) => {
        $(
            /// The element of this name.
            pub fn $name() -> Tag {
                Tag::new(stringify!($name))
            }
        )*
    };
}

tags!(
    a article button dd details dialog div dl dt fieldset form h1 h2 h3 header input kbd label legend
    li main nav ol p section span summary textarea ul
);

/// A picture.
pub fn svg() -> Tag {
    drawn("svg")
}

/// A line in a picture.
pub fn path() -> Tag {
    drawn("path")
}

fn drawn(name: &'static str) -> Tag {
    let mut tag = Tag::new(name);
    tag.0.namespace = Some("http://www.w3.org/2000/svg");
    tag
}

macro_rules! attributes {
    ($($method:ident $name:literal)*) => {
        $(
            /// The attribute of this name.
            #[must_use]
            pub fn $method(self, value: impl IntoValue) -> Self {
                self.attr($name, value)
            }
        )*
    };
}

impl Tag {
    fn new(name: &'static str) -> Self {
        Self(Box::new(Parts { name, namespace: None, settings: vec![], children: vec![] }))
    }

    attributes!(
        aria_current "aria-current"
        aria_describedby "aria-describedby"
        aria_disabled "aria-disabled"
        aria_hidden "aria-hidden"
        aria_invalid "aria-invalid"
        aria_label "aria-label"
        aria_labelledby "aria-labelledby"
        aria_live "aria-live"
        class "class"
        hidden "hidden"
        href "href"
        id "id"
        name "name"
        r#for "for"
        r#type "type"
        role "role"
        tabindex "tabindex"
        title "title"
        value "value"
    );

    /// Any attribute.
    #[must_use]
    pub fn attr(self, name: &'static str, value: impl IntoValue) -> Self {
        self.set(name, value.into_value())
    }

    #[inline(never)]
    fn set(self, name: &'static str, value: Value) -> Self {
        match value {
            Value::Fixed(None) => self,
            Value::Word(word) => self.fix(name, Cow::Borrowed(word)),
            Value::Fixed(Some(value)) => self.fix(name, Cow::Owned(value)),
            Value::Following(mut value) => self.setting(Box::new(move |element| {
                let element = element.clone();
                let mut before = None;
                follow(Box::new(move || {
                    let now = value();
                    if now == before {
                        return;
                    }
                    match &now {
                        Some(now) => Rndr::set_attribute(&element, name, now),
                        None => Rndr::remove_attribute(&element, name),
                    }
                    before = now;
                }))
            })),
        }
    }

    fn fix(self, name: &'static str, value: Cow<'static, str>) -> Self {
        self.setting(Box::new(move |element| {
            Rndr::set_attribute(element, name, &value);
            Box::new(())
        }))
    }

    /// A property that is a text.
    #[must_use]
    pub fn text(self, name: &'static str, value: impl FnMut() -> String + Send + 'static) -> Self {
        self.set_text(name, Box::new(value))
    }

    #[inline(never)]
    fn set_text(self, name: &'static str, mut value: Box<dyn FnMut() -> String>) -> Self {
        self.property(name, Box::new(move || JsValue::from_str(&value())))
    }

    /// A property that is yes or no.
    #[must_use]
    pub fn flag(self, name: &'static str, value: impl FnMut() -> bool + Send + 'static) -> Self {
        self.set_flag(name, Box::new(value))
    }

    #[inline(never)]
    fn set_flag(self, name: &'static str, mut value: Box<dyn FnMut() -> bool>) -> Self {
        self.property(name, Box::new(move || JsValue::from_bool(value())))
    }

    #[inline(never)]
    fn property(self, name: &'static str, mut value: Box<dyn FnMut() -> JsValue>) -> Self {
        self.setting(Box::new(move |element| {
            let element = element.clone();
            follow(Box::new(move || Rndr::set_property_or_value(&element, name, &value())))
        }))
    }

    /// What to do at an event.
    #[must_use]
    pub fn on<E>(self, event: &E, mut heard: impl FnMut(E::EventType) + 'static) -> Self
    where
        E: EventDescriptor,
        E::EventType: JsCast,
    {
        self.hear(
            event.name(),
            Box::new(move |event: Event| {
                heard(event.unchecked_into());
            }),
        )
    }

    /// Where the element is found once it is on the page.
    #[must_use]
    #[inline(never)]
    pub fn found(self, found: Found) -> Self {
        self.setting(Box::new(move |element| {
            found.0.set(Some(SendWrapper::new(element.clone())));
            Box::new(())
        }))
    }

    /// One more thing inside.
    #[must_use]
    pub fn child(self, child: impl Child) -> Self {
        self.append(child.into_child())
    }

    #[inline(never)]
    fn setting(mut self, setting: Setting) -> Self {
        self.0.settings.push(setting);
        self
    }

    /// What is heard belongs to whatever part of the page describes the element.
    #[inline(never)]
    fn hear(self, name: Cow<'static, str>, mut heard: Box<dyn FnMut(Event)>) -> Self {
        let owner = Owner::current().unwrap_or_default();
        self.setting(Box::new(move |element| {
            let heard = move |event: JsValue| owner.with(|| heard(event.unchecked_into()));
            Box::new(Rndr::add_event_listener(element, &name, Box::new(heard)))
        }))
    }

    #[inline(never)]
    fn append(mut self, child: View) -> Self {
        self.0.children.push(child);
        self
    }

    #[inline(never)]
    fn finish(self) -> View {
        view(Kind::Element(self.0))
    }
}

impl IntoValue for &'static str {
    fn into_value(self) -> Value {
        Value::Word(self)
    }
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        Value::Fixed(Some(self))
    }
}

impl IntoValue for bool {
    fn into_value(self) -> Value {
        Value::Fixed(self.then(String::new))
    }
}

impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::Fixed(None), IntoValue::into_value)
    }
}

impl<F, T> IntoValue for F
where
    F: FnMut() -> T + Send + 'static,
    T: IntoValue,
{
    fn into_value(mut self) -> Value {
        Value::Following(Box::new(move || self().into_value().now()))
    }
}

impl Child for Tag {
    fn into_child(self) -> View {
        self.finish()
    }
}

impl Child for View {
    fn into_child(self) -> View {
        self
    }
}

impl Child for String {
    #[inline(never)]
    fn into_child(self) -> View {
        view(Kind::Text(self))
    }
}

impl Child for &'static str {
    #[inline(never)]
    fn into_child(self) -> View {
        view(Kind::Text(self.to_owned()))
    }
}

impl Child for () {
    fn into_child(self) -> View {
        nothing()
    }
}

#[inline(never)]
fn nothing() -> View {
    view(Kind::Nothing)
}

impl<T: Child> Child for Option<T> {
    fn into_child(self) -> View {
        self.map_or_else(nothing, Child::into_child)
    }
}

impl<T: Child> Child for Vec<T> {
    fn into_child(self) -> View {
        several(self.into_iter().map(Child::into_child).collect())
    }
}

impl<F, T> Child for F
where
    F: FnMut() -> T + Send + 'static,
    T: Child,
{
    fn into_child(mut self) -> View {
        following(Box::new(move || self().into_child()))
    }
}

macro_rules! tuples {
    ($(($($part:ident)+))+) => {
        $(
            impl<$($part: Child),+> Child for ($($part,)+) {
                fn into_child(self) -> View {
                    #[expect(non_snake_case, reason = "the parts are named after their types")]
                    let ($($part,)+) = self;
                    several(vec![$($part.into_child()),+])
                }
            }
        )+
    };
}

tuples!((A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H)
    (A B C D E F G H I));

/// Several views beside each other.
fn several(views: Vec<View>) -> View {
    // What follows signals is replaced where it is, and has to be somewhere.
    if views.is_empty() { nothing() } else { view(Kind::Several(views)) }
}

#[inline(never)]
fn following(mut make: Box<dyn FnMut() -> View>) -> View {
    view(Kind::Following(Box::new(move |mut before| {
        let mut now = make().build();
        if let Some(before) = before.first_mut() {
            before.insert_before_this(&mut now);
            before.unmount();
        }
        vec![now]
    })))
}

/// A row for each key. Rows that stay are left where they are, and so are the focus and what was
/// typed in them; each is a part of the page by itself, which goes with its key.
pub fn rows(
    keys: impl Fn() -> Vec<String> + 'static,
    row: impl Fn(&str) -> View + 'static,
) -> View {
    keyed(Box::new(keys), Box::new(row))
}

struct Row {
    view: Standing,
    key: String,
    owner: Owner,
}

fn keyed(keys: Box<dyn Fn() -> Vec<String>>, row: Box<dyn Fn(&str) -> View>) -> View {
    let parent = Owner::current().unwrap_or_default();
    let mut known: Vec<(String, Owner)> = vec![];
    view(Kind::Following(Box::new(move |mut views| {
        let keys = keys();
        let end = views.pop().unwrap_or_else(|| nothing().build());
        let before = views.into_iter().zip(known.drain(..));
        let mut before: Vec<Row> =
            before.map(|(view, (key, owner))| Row { view, key, owner }).collect();
        before.retain_mut(|row| {
            let stays = keys.contains(&row.key);
            if !stays {
                row.view.unmount();
            }
            stays
        });
        let mut now = vec![];
        for key in keys {
            let at = before.iter().position(|row| row.key == key);
            let mut found = if let Some(at) = at {
                before.remove(at)
            } else {
                let owner = parent.with(Owner::new);
                let view = owner.with(|| row(&key).build());
                Row { view, key, owner }
            };
            if at != Some(0) {
                let next = before.first().map_or(&end, |row| &row.view);
                next.insert_before_this(&mut found.view);
            }
            now.push(found.view);
            known.push((found.key, found.owner));
        }
        now.push(end);
        now
    })))
}
