//! Fields of a document: where they are, what shape they have, what they hold.

use core::fmt;

use shared::{Decode, Encode};

/// The way to a field: `presenting_issue`, or `quotes/<item id>/text`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct Field(#[n(0)] String);

impl Field {
    /// A field of the document itself.
    pub fn top(id: &str) -> Self {
        Self(String::from(id))
    }

    /// A field, or item, inside this one.
    #[must_use]
    pub fn child(&self, id: &str) -> Self {
        Self(format!("{}/{id}", self.0))
    }

    /// The way, segment by segment.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a field that is not a text or a list holds.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub enum Value {
    /// Nothing yet.
    #[n(0)]
    Unset,
    /// One of the shape's codes.
    #[n(1)]
    Code(#[n(0)] String),
    /// Some of the shape's codes, in the shape's order.
    #[n(2)]
    Codes(#[n(0)] Vec<String>),
    /// A whole number within the shape's range.
    #[n(3)]
    Number(#[n(0)] i64),
    /// Yes or no.
    #[n(4)]
    Flag(#[n(0)] bool),
    /// A date or a local time, as the DOM's `date` and `datetime-local` write them.
    #[n(5)]
    When(#[n(0)] String),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value(..)")
    }
}

/// What a field may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A text of several lines.
    Long,
    /// A text of one line.
    Short,
    /// One code.
    One(&'static [&'static str]),
    /// Any number of codes.
    Many(&'static [&'static str]),
    /// A whole number, both ends included.
    Number(i64, i64),
    /// Yes or no.
    Flag,
    /// A date.
    Date,
    /// A local date and time.
    DateTime,
    /// A list of items with these fields.
    List(&'static [Spec]),
}

/// A field by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Its path segment; the locale files have its words under the same name.
    pub id: &'static str,
    /// What it may hold.
    pub shape: Shape,
}

/// A field by name and shape.
pub const fn spec(id: &'static str, shape: Shape) -> Spec {
    Spec { id, shape }
}

/// How a field of a shape is read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// As a text that several people may write at once.
    Text,
    /// As a [`Value`].
    Value,
    /// As items with these fields.
    Items(&'static [Spec]),
}

impl Shape {
    /// How it is read and written.
    pub fn holds(self) -> Holds {
        match self {
            Self::Long | Self::Short => Holds::Text,
            Self::List(fields) => Holds::Items(fields),
            Self::One(_)
            | Self::Many(_)
            | Self::Number(..)
            | Self::Flag
            | Self::Date
            | Self::DateTime => Holds::Value,
        }
    }

    /// Whether `value` may be written to a field of this shape.
    pub fn admits(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Long | Self::Short | Self::List(_), _) => false,
            (_, Value::Unset) | (Self::Flag, Value::Flag(_)) => true,
            (Self::One(codes), Value::Code(code)) => codes.contains(&code.as_str()),
            (Self::Many(codes), Value::Codes(chosen)) => {
                chosen.iter().all(|code| codes.contains(&code.as_str()))
            }
            (Self::Number(low, high), Value::Number(number)) => (low..=high).contains(number),
            (Self::Date | Self::DateTime, Value::When(when)) => when.len() <= 32,
            (
                Self::One(_)
                | Self::Many(_)
                | Self::Number(..)
                | Self::Flag
                | Self::Date
                | Self::DateTime,
                Value::Code(_)
                | Value::Codes(_)
                | Value::Number(_)
                | Value::Flag(_)
                | Value::When(_),
            ) => false,
        }
    }
}

/// The shape at a path, or `None` if the schema has no such field. Item ids are not checked.
pub fn shape_at(fields: &'static [Spec], field: &Field) -> Option<Shape> {
    let mut fields = fields;
    let mut segments = field.segments();
    loop {
        let id = segments.next()?;
        let shape = fields.iter().find(|spec| spec.id == id)?.shape;
        match (shape, segments.next()) {
            (shape, None) => return Some(shape),
            (Shape::List(inner), Some(_item)) => fields = inner,
            (
                Shape::Long
                | Shape::Short
                | Shape::One(_)
                | Shape::Many(_)
                | Shape::Number(..)
                | Shape::Flag
                | Shape::Date
                | Shape::DateTime,
                Some(_),
            ) => return None,
        }
    }
}
