//! Puts on the page what is described, and changes what follows signals.
//!
//! Leptos runs what follows signals. It does not see what is on the page: it would give every kind
//! of element, attribute and list its own code for building, changing and removing it, and every one
//! of those for changing one into another in place, which never happens here. What follows signals
//! is replaced.

use core::any::Any;

use leptos::{
    prelude::*,
    tachys::{
        renderer::Rndr,
        view::{Mountable, Render},
    },
};
use web_sys::{Element, Node};

/// What is described. One pointer wide, as what describes an element.
pub struct View(Box<Kind>);

/// What there is to describe.
pub(super) enum Kind {
    /// Nothing, and where it is.
    Nothing,
    /// A text.
    Text(String),
    /// An element.
    Element(Box<Parts>),
    /// Several views beside each other.
    Several(Vec<View>),
    /// Views that are there in the place of those there were, whenever a signal asks for it.
    Following(Follow),
}

/// What an element is made of.
pub(super) struct Parts {
    /// Its name.
    pub(super) name: &'static str,
    /// The namespace of its name, unless it is HTML's.
    pub(super) namespace: Option<&'static str>,
    /// What is done to it before its children are made.
    pub(super) settings: Vec<Setting>,
    /// What is inside.
    pub(super) children: Vec<View>,
}

/// Does something to an element; what comes of it is kept as long as the element.
pub(super) type Setting = Box<dyn FnOnce(&Element) -> Box<dyn Any>>;

/// Makes views out of those there were.
pub(super) type Follow = Box<dyn FnMut(Vec<Standing>) -> Vec<Standing>>;

/// What is on the page.
pub enum Standing {
    /// A node, and what goes with it.
    One(Node, Kept),
    /// Several views beside each other.
    Several(Vec<Standing>),
    /// Views that are replaced.
    Following(RenderEffect<Vec<Standing>>),
}

/// What was done to a node, and what is inside it.
type Kept = (Vec<Box<dyn Any>>, Vec<Standing>);

/// As a view.
#[inline(never)]
pub(super) fn view(kind: Kind) -> View {
    View(Box::new(kind))
}

/// Does something to an element, and does it again when what it follows has changed.
#[inline(never)]
pub(super) fn follow(mut task: Box<dyn FnMut()>) -> Box<dyn Any> {
    let task: Follow = Box::new(move |views| {
        task();
        views
    });
    Box::new(following(task))
}

#[inline(never)]
fn following(mut task: Follow) -> RenderEffect<Vec<Standing>> {
    RenderEffect::new(move |views: Option<Vec<Standing>>| task(views.unwrap_or_default()))
}

impl Render for View {
    type State = Standing;

    fn build(self) -> Standing {
        match *self.0 {
            Kind::Nothing => one(Rndr::create_placeholder().into()),
            Kind::Text(text) => one(Rndr::create_text_node(&text).into()),
            Kind::Element(parts) => element(*parts),
            Kind::Several(views) => {
                Standing::Several(views.into_iter().map(Render::build).collect())
            }
            Kind::Following(follow) => Standing::Following(following(follow)),
        }
    }

    fn rebuild(self, old: &mut Standing) {
        let mut new = self.build();
        old.insert_before_this(&mut new);
        old.unmount();
        *old = new;
    }
}

fn one(node: Node) -> Standing {
    Standing::One(node, Kept::default())
}

fn element(parts: Parts) -> Standing {
    let Parts { name, namespace, settings, children } = parts;
    let element = Rndr::create_element(name, namespace);
    let kept = settings.into_iter().map(|set| set(&element)).collect();
    let mut inside: Vec<_> = children.into_iter().map(Render::build).collect();
    for child in &mut inside {
        child.mount(&element, None);
    }
    Standing::One(element.into(), (kept, inside))
}

impl Standing {
    fn each<T>(&mut self, look: impl FnOnce(&mut [Standing]) -> T) -> Option<T> {
        match self {
            Self::One(..) => None,
            Self::Several(views) => Some(look(views)),
            Self::Following(effect) => effect.with_value_mut(|views| look(views)),
        }
    }
}

impl Mountable for Standing {
    fn unmount(&mut self) {
        if let Self::One(node, _) = self {
            Rndr::remove(node);
        }
        self.each(|views| views.iter_mut().for_each(Mountable::unmount));
    }

    fn mount(&mut self, parent: &Element, before: Option<&Node>) {
        if let Self::One(node, _) = self {
            Rndr::insert_node(parent, node, before);
        }
        self.each(|views| views.iter_mut().for_each(|view| view.mount(parent, before)));
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let before = |views: &[Standing], child: &mut dyn Mountable| {
            views.iter().any(|view| view.insert_before_this(child))
        };
        match self {
            Self::One(node, _) => {
                let parent = node.parent_element();
                if let Some(parent) = &parent {
                    child.mount(parent, Some(node));
                }
                parent.is_some()
            }
            Self::Several(views) => before(views, child),
            Self::Following(effect) => {
                effect.with_value_mut(|views| before(views, child)).unwrap_or(false)
            }
        }
    }

    fn elements(&self) -> Vec<Element> {
        vec![]
    }
}

impl Drop for Standing {
    /// Leptos lets go of an effect later, and what it made is to be gone now.
    fn drop(&mut self) {
        if let Self::Following(effect) = self {
            drop(effect.take_value());
        }
    }
}
