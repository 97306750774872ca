//! A page, described: elements, their words, and what pressing them means. Nothing but data, so a
//! page of the casework is one plain function, and what it shows can be looked at without a browser.
//!
//! What is pressed is named, not closed over: `data-act` holds the act's name and, behind a colon,
//! what it is about. [`super::board`] hears all acts of a page at one place.

use super::part::Weight;
use crate::{app::place::Place, text::say};

/// An element, or a text where the name is empty. One pointer wide.
#[derive(Clone, PartialEq, Eq)]
pub struct Node(Box<Parts>);

/// What there is to an element.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// Its name; empty for a text.
    pub tag: &'static str,
    /// Two elements with different keys are never taken for one another.
    pub key: String,
    /// Attributes; a name with a dot before it is a property.
    pub attributes: Vec<(&'static str, String)>,
    /// What is inside.
    pub children: Vec<Node>,
    /// The text.
    pub text: String,
}

/// An element.
pub fn el(tag: &'static str, class: &str) -> Node {
    let node = Node(Box::new(Parts { tag, ..Parts::default() }));
    if class.is_empty() { node } else { node.with("class", class) }
}

/// An element with a text.
pub fn words(tag: &'static str, class: &str, text: &str) -> Node {
    el(tag, class).say(text)
}

impl Node {
    /// With an attribute.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.0.attributes.push((name, String::from(value)));
        self
    }

    /// With an attribute that is there or not.
    #[must_use]
    pub fn with_if(self, is: bool, name: &'static str, value: &str) -> Self {
        if is { self.with(name, value) } else { self }
    }

    /// Never to be taken for an element with another key.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        key.clone_into(&mut self.0.key);
        self
    }

    /// With a text inside.
    #[must_use]
    pub fn say(self, text: &str) -> Self {
        let text = Parts { text: String::from(text), ..Parts::default() };
        self.put(Self(Box::new(text)))
    }

    /// With something inside.
    #[must_use]
    pub fn put(mut self, child: Self) -> Self {
        self.0.children.push(child);
        self
    }

    /// With something inside, if there is anything.
    #[must_use]
    pub fn maybe(self, child: Option<Self>) -> Self {
        match child {
            Some(child) => self.put(child),
            None => self,
        }
    }

    /// With several things inside.
    #[must_use]
    pub fn all(mut self, children: Vec<Self>) -> Self {
        self.0.children.extend(children);
        self
    }

    /// What there is to it.
    pub fn parts(&self) -> &Parts {
        &self.0
    }

    /// Everything it says, for tests and for what is read aloud.
    pub fn told(&self) -> String {
        let inner: Vec<String> = self.0.children.iter().map(Self::told).collect();
        [self.0.text.clone(), inner.join(" ")].concat()
    }

    /// Every act that is offered in it.
    pub fn acts(&self) -> Vec<&str> {
        let own = self.0.attributes.iter().filter(|(name, _)| *name == "data-act");
        let inner = self.0.children.iter().flat_map(Self::acts);
        own.map(|(_, act)| act.as_str()).chain(inner).collect()
    }
}

/// What the person filled in on a page, by name. What was not touched is not in it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Values(Vec<(String, String)>);

impl Values {
    /// What a field holds.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// The same, nothing for untouched.
    pub fn text(&self, name: &str) -> String {
        String::from(self.get(name).unwrap_or_default().trim())
    }

    /// The codes that are ticked in a group.
    pub fn codes(&self, name: &str) -> Vec<String> {
        let told = self.get(name).unwrap_or_default();
        told.split(' ').filter(|it| !it.is_empty()).map(String::from).collect()
    }

    /// A number.
    pub fn number<T: core::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.trim().parse().ok()
    }

    /// Notes what a field holds.
    pub fn set(&mut self, name: &str, value: String) {
        match self.0.iter_mut().find(|(it, _)| it == name) {
            Some((_, held)) => *held = value,
            None => self.0.push((String::from(name), value)),
        }
    }

    /// Forgets every field whose name begins so.
    pub fn clear(&mut self, prefix: &str) {
        self.0.retain(|(name, _)| !name.starts_with(prefix));
    }
}

/// Something to choose from: its code and what it is called.
pub type Choice<'a> = (&'a str, &'a str);

/// A button that does an act.
pub fn act(weight: Weight, act: &str, label: &str) -> Node {
    let name = act.split(':').next().unwrap_or(act);
    words("button", weight.class(), label)
        .with("type", "button")
        .with("data-act", act)
        .with("data-testid", name)
        .key(act)
}

/// The button that prints what is read on the page.
pub fn print() -> Node {
    act(Weight::Quiet, "print", say::say("read.print"))
}

/// A link to a page of the app.
pub fn link(place: Place, class: &str, test_id: &str, label: &str) -> Node {
    words("a", class, label).with("href", &place.path()).with("data-testid", test_id)
}

/// A section under a heading of its own.
pub fn section(id: &str, title: &str) -> Node {
    let heading = [id, "-title"].concat();
    let title = words("h2", "", title).with("id", &heading).with("tabindex", "-1");
    el("section", "card stack").with("id", id).with("aria-labelledby", &heading).key(id).put(title)
}

/// A line that explains.
pub fn hint(text: &str) -> Node {
    words("p", "hint", text)
}

/// Where there is nothing.
pub fn empty(title: &str, text: &str) -> Node {
    el("div", "empty").put(words("p", "empty-title", title)).put(words("p", "", text))
}

/// In place of a page whose document is not on this device yet.
pub fn waiting() -> Node {
    el("div", "empty")
        .with("role", "status")
        .with("data-testid", "not-here")
        .put(words("h1", "empty-title", say::say("wait.title")))
        .put(words("p", "", say::say("wait.nobody")))
}

/// Whether a page shows nothing yet, or that its document is not on this device.
pub fn is_waiting(page: &[Node]) -> bool {
    match page {
        [] => true,
        [only] => *only == waiting(),
        _ => false,
    }
}

/// A short word about the state of something.
pub fn pill(tone: &'static str, text: &str) -> Node {
    words("span", if tone.is_empty() { "pill" } else { tone }, text)
}

/// A line of a list: what it is, what there is to say of it, and what can be done.
pub fn row(title: &str, text: &str, after: Vec<Node>) -> Node {
    let words_ = el("span", "row-words")
        .put(words("span", "row-title", title).with("translate", "no"))
        .maybe((!text.is_empty()).then(|| words("span", "row-text", text)));
    el("li", "row").put(words_).all(after)
}

/// Several lines; `None` if there is none.
pub fn rows(lines: Vec<Node>) -> Option<Node> {
    (!lines.is_empty()).then(|| el("ul", "rows").all(lines))
}

/// A group of chips, one of which is chosen.
pub fn one(name: &str, legend: &str, choices: &[Choice<'_>], chosen: &str) -> Node {
    chips("radio", name, legend, choices, &[chosen])
}

/// A group of chips, any of which are chosen.
pub fn many(name: &str, legend: &str, choices: &[Choice<'_>], chosen: &[&str]) -> Node {
    chips("checkbox", name, legend, choices, chosen)
}

fn chips(
    kind: &'static str,
    name: &str,
    legend: &str,
    choices: &[Choice<'_>],
    chosen: &[&str],
) -> Node {
    let chip = |(code, label): &Choice<'_>| {
        let is_chosen = chosen.contains(code);
        let input = el("input", "")
            .with("type", kind)
            .with("name", name)
            .with("value", code)
            .with(".checked", if is_chosen { "true" } else { "" });
        el("label", "chip").key(code).put(input).put(words("span", "", label))
    };
    el("fieldset", "group")
        .with("data-group", name)
        .key(name)
        .put(words("legend", "label", legend))
        .put(el("div", "chips").all(choices.iter().map(chip).collect()))
}

/// Something to tick.
pub fn tick(name: &str, label: &str, is_ticked: bool) -> Node {
    let input = el("input", "")
        .with("type", "checkbox")
        .with("name", name)
        .with("value", "yes")
        .with(".checked", if is_ticked { "true" } else { "" });
    el("label", "check").key(name).put(input).put(words("span", "", label))
}

/// A field of one line: `text`, `date`, `datetime-local`, `number`, `password`.
pub fn line(kind: &str, name: &str, label: &str, value: &str) -> Node {
    let narrow = if matches!(kind, "text" | "password") { "" } else { " text-box-when" };
    let input =
        el("input", &["text-box", narrow].concat()).with("type", kind).with(".value", value);
    labelled(input, name, label)
}

/// A field of several lines.
pub fn area(name: &str, label: &str, value: &str) -> Node {
    labelled(el("textarea", "text-box text-box-long").with(".value", value), name, label)
}

/// The same, for so many letters and no more.
pub fn area_within(name: &str, label: &str, value: &str, most: &str) -> Node {
    let area = el("textarea", "text-box text-box-long").with(".value", value);
    labelled(area.with("maxlength", most), name, label)
}

fn labelled(input: Node, name: &str, label: &str) -> Node {
    let id = ["b-", name].concat();
    let input = input
        .with("name", name)
        .with("id", &id)
        .with("data-testid", name)
        .with("autocomplete", "off")
        .with("spellcheck", "false")
        .with("translate", "no")
        .key(name);
    let label = words("label", "label", label).with("for", &id);
    el("div", "form-field").key(name).put(label).put(input)
}

/// What there is still room for on some screens.
pub struct Room {
    elements: usize,
    letters: usize,
}

impl Room {
    /// No screen shows more at once.
    pub const fn on(screens: usize) -> Self {
        Self { elements: 120 * screens, letters: 2_000 * screens }
    }

    /// As much of a text as there is room for.
    fn take<'a>(&mut self, text: &'a str) -> &'a str {
        let end = text.char_indices().nth(self.letters).map_or(text.len(), |(at, _)| at);
        let taken = text.get(..end).unwrap_or_default();
        self.letters = self.letters.saturating_sub(taken.chars().count());
        taken
    }
}

/// The beginning of a page: as many of its elements as there is room for, in the order in which they
/// are read, and of a long text its beginning. What is folded away is not seen, and not in it.
pub fn beginning(page: &[Node], room: &mut Room) -> Vec<Node> {
    let mut begun = vec![];
    for node in page {
        if room.elements == 0 || room.letters == 0 {
            break;
        }
        room.elements -= 1;
        let Parts { tag, key, attributes, children, text } = node.parts();
        // A picture is one thing, whatever it is drawn with; and a field with its label, or its choices.
        let is_labelled = children.first().is_some_and(|it| it.parts().tag == "label");
        if is_labelled || matches!(*tag, "svg" | "fieldset") {
            begun.push(node.clone());
            continue;
        }
        let seen = if *tag == "details" { children.get(..1).unwrap_or_default() } else { children };
        begun.push(Node(Box::new(Parts {
            tag,
            key: key.clone(),
            attributes: attributes.clone(),
            children: beginning(seen, room),
            text: room.take(text).to_owned(),
        })));
    }
    begun
}

/// Buttons beside each other.
pub fn actions(buttons: Vec<Node>) -> Node {
    el("div", "dialog-actions").all(buttons)
}

/// Folded away under a word.
pub fn folded(key: &str, title: &str, inside: Vec<Node>) -> Node {
    let body = el("div", "stack").all(inside);
    el("details", "folded").key(key).put(words("summary", "", title)).put(body)
}

/// What a key of the table says, with its choices' codes.
pub fn choices<'a>(set: &str, codes: &[&'a str]) -> Vec<(&'a str, &'static str)> {
    codes.iter().map(|code| (*code, say::of(set, code))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_tells_what_it_says_and_what_can_be_done_on_it() {
        let page = section("s", "同意").put(words("p", "", "説明を読みました")).put(act(
            Weight::Primary,
            "decide:c1",
            "同意する",
        ));

        assert_eq!(page.told(), "同意 説明を読みました 同意する");
        assert_eq!(page.acts(), ["decide:c1"]);
    }

    #[test]
    fn the_beginning_of_a_page_is_cut_where_the_screen_ends_and_leaves_out_what_is_folded() {
        let page = [
            section("first", "枠").put(folded("more", "ほか", vec![hint("たたまれた説明")])),
            el("svg", "").put(words("text", "", "山")),
            section("second", "会場").put(rows(vec![row("第二会議室", "", vec![])]).unwrap()),
        ];
        let room = |elements| Room { elements, ..Room::on(1) };
        let begun = |elements| {
            let begun = beginning(&page, &mut room(elements));
            begun.iter().map(Node::told).collect::<Vec<_>>().join(" ")
        };

        assert_eq!(begun(0), "");
        assert_eq!(begun(3), "枠");
        assert_eq!(begun(10), "枠 ほか 山 会場");
        assert_eq!(begun(99), "枠 ほか 山 会場 第二会議室");
        let field = [line("text", "name", "氏名", "")];
        assert!(beginning(&field, &mut room(1)) == field, "no label without its field");
        let long = [hint("見出し"), hint(&"話".repeat(6_000)), hint("下")];
        let long = beginning(&long, &mut room(9));
        let told: Vec<String> = long.iter().map(Node::told).collect();
        assert_eq!(told, ["見出し".to_owned(), "話".repeat(Room::on(1).letters - 3)]);
    }

    #[test]
    fn values_are_kept_by_name_and_forgotten_by_their_beginning() {
        let mut values = Values::default();
        values.set("new.name", " みなと精工 ".into());
        values.set("new.codes", "a b".into());
        values.set("other", "7".into());
        assert_eq!(values.text("new.name"), "みなと精工");
        assert_eq!(values.codes("new.codes"), ["a", "b"]);
        assert_eq!(values.number::<u32>("other"), Some(7));

        values.clear("new.");

        assert_eq!((values.get("new.name"), values.get("other")), (None, Some("7")));
    }
}
