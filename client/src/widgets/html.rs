//! Elements, with their types erased as they are made.
//!
//! Leptos gives every nesting of elements a type of its own, and every such type its own code for
//! building, updating and removing: with some hundred different elements that alone is larger than
//! what a phone should download. Here each element is one type, each attribute one of six, and
//! each closure is boxed once; the rendering stays Leptos's.

pub use leptos::html::{Dialog, Div, Input, Li, Textarea};
use leptos::{
    attr::{
        any_attribute::{AnyAttribute, IntoAnyAttribute as _},
        custom::custom_attribute,
    },
    ev::{self, EventDescriptor},
    html::{self, ElementType},
    prelude::*,
    tachys::view::iterators::StaticVec,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Event;

/// An element that is being described. One pointer wide, because every line of every page hands it
/// on by value.
pub struct Tag(Box<Parts>);

struct Parts {
    name: &'static str,
    attributes: Vec<AnyAttribute>,
    children: Vec<AnyView>,
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
    /// As a view of the one erased type.
    fn into_child(self) -> AnyView;
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
        Self(Box::new(Parts { name, attributes: vec![], children: vec![] }))
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
            Value::Word(word) => {
                self.attribute(custom_attribute(name, word.to_owned()).into_any_attr())
            }
            Value::Fixed(Some(value)) => {
                self.attribute(custom_attribute(name, value).into_any_attr())
            }
            Value::Following(value) => {
                self.attribute(custom_attribute(name, value).into_any_attr())
            }
        }
    }

    /// A property that is a text.
    #[must_use]
    pub fn text(self, name: &'static str, value: impl FnMut() -> String + Send + 'static) -> Self {
        self.set_text(name, Box::new(value))
    }

    #[inline(never)]
    fn set_text(self, name: &'static str, value: Box<dyn FnMut() -> String + Send>) -> Self {
        self.attribute(leptos::tachys::html::property::prop(name, value).into_any_attr())
    }

    /// A property that is yes or no.
    #[must_use]
    pub fn flag(self, name: &'static str, value: impl FnMut() -> bool + Send + 'static) -> Self {
        self.set_flag(name, Box::new(value))
    }

    #[inline(never)]
    fn set_flag(self, name: &'static str, value: Box<dyn FnMut() -> bool + Send>) -> Self {
        self.attribute(leptos::tachys::html::property::prop(name, value).into_any_attr())
    }

    /// What to do at an event.
    #[must_use]
    pub fn on<E>(self, event: &E, mut heard: impl FnMut(E::EventType) + 'static) -> Self
    where
        E: EventDescriptor,
        E::EventType: JsCast,
    {
        self.hear(
            event.name().into_owned(),
            Box::new(move |event: Event| {
                heard(event.unchecked_into());
            }),
        )
    }

    /// Where to keep the element once it is on the page.
    #[must_use]
    pub fn node_ref<E>(self, node: NodeRef<E>) -> Self
    where
        E: ElementType + 'static,
        E::Output: JsCast + Clone + 'static,
        JsValue: From<E::Output>,
    {
        self.attribute(leptos::tachys::html::node_ref::node_ref::<E, _>(node).into_any_attr())
    }

    /// One more thing inside.
    #[must_use]
    pub fn child(self, child: impl Child) -> Self {
        self.append(child.into_child())
    }

    #[inline(never)]
    fn attribute(mut self, attribute: AnyAttribute) -> Self {
        self.0.attributes.push(attribute);
        self
    }

    #[inline(never)]
    fn hear(self, name: String, heard: Box<dyn FnMut(Event)>) -> Self {
        self.attribute(ev::on(ev::Custom::<Event>::new(name), heard).into_any_attr())
    }

    #[inline(never)]
    fn append(mut self, child: AnyView) -> Self {
        self.0.children.push(child);
        self
    }

    #[inline(never)]
    fn finish(self) -> AnyView {
        let Parts { name, attributes, children } = *self.0;
        let children = StaticVec::from(children);
        html::custom(name).add_any_attr(attributes).child(children).into_any()
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
    fn into_child(self) -> AnyView {
        self.finish()
    }
}

impl Child for AnyView {
    fn into_child(self) -> AnyView {
        self
    }
}

impl Child for String {
    #[inline(never)]
    fn into_child(self) -> AnyView {
        self.into_any()
    }
}

impl Child for &'static str {
    #[inline(never)]
    fn into_child(self) -> AnyView {
        self.to_owned().into_any()
    }
}

impl Child for () {
    fn into_child(self) -> AnyView {
        nothing()
    }
}

#[inline(never)]
fn nothing() -> AnyView {
    ().into_any()
}

impl<T: Child> Child for Option<T> {
    fn into_child(self) -> AnyView {
        self.map_or_else(nothing, Child::into_child)
    }
}

impl<T: Child> Child for Vec<T> {
    fn into_child(self) -> AnyView {
        several(self.into_iter().map(Child::into_child).collect())
    }
}

impl<F, T> Child for F
where
    F: FnMut() -> T + Send + 'static,
    T: Child,
{
    fn into_child(mut self) -> AnyView {
        following(Box::new(move || self().into_child()))
    }
}

macro_rules! tuples {
    ($(($($part:ident)+))+) => {
        $(
            impl<$($part: Child),+> Child for ($($part,)+) {
                fn into_child(self) -> AnyView {
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
#[inline(never)]
fn several(views: Vec<AnyView>) -> AnyView {
    StaticVec::from(views).into_any()
}

/// What follows signals is replaced, not patched: of elements of one type Leptos could not tell a
/// list from a heading. Two wrappings take turns, so that it sees another type each time.
#[inline(never)]
fn following(mut view: Box<dyn FnMut() -> AnyView + Send>) -> AnyView {
    let mut is_odd = false;
    let take_turns: Box<dyn FnMut() -> AnyView + Send> = Box::new(move || {
        is_odd = !is_odd;
        let view = view();
        if is_odd { (view,).into_any() } else { StaticVec::from(vec![view]).into_any() }
    });
    take_turns.into_any()
}
