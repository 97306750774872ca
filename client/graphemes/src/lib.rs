//! The part of `unicode-segmentation` that automerge calls, without its tables.
//!
//! automerge can count a text's positions in grapheme clusters. Ours are counted in UTF-16 code
//! units, always, so the tables would be downloaded by every phone for nothing. Here a cluster is a
//! character; programs that name identifiers while they are compiled see no difference.

use std::str::CharIndices;

/// Takes texts apart.
pub trait UnicodeSegmentation {
    /// Every character, as a text of its own.
    fn graphemes(&self, is_extended: bool) -> Graphemes<'_>;

    /// The same, each with the place of its first byte.
    fn grapheme_indices(&self, is_extended: bool) -> GraphemeIndices<'_>;
}

impl UnicodeSegmentation for str {
    fn graphemes(&self, _: bool) -> Graphemes<'_> {
        Graphemes(self.grapheme_indices(true))
    }

    fn grapheme_indices(&self, _: bool) -> GraphemeIndices<'_> {
        GraphemeIndices { text: self, at: self.char_indices() }
    }
}

/// See [`UnicodeSegmentation::grapheme_indices`].
#[derive(Clone, Debug)]
pub struct GraphemeIndices<'t> {
    text: &'t str,
    at: CharIndices<'t>,
}

impl<'t> GraphemeIndices<'t> {
    fn whole(&self, (start, letter): (usize, char)) -> Option<(usize, &'t str)> {
        self.text.get(start..start + letter.len_utf8()).map(|letter| (start, letter))
    }
}

impl<'t> Iterator for GraphemeIndices<'t> {
    type Item = (usize, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        let found = self.at.next()?;
        self.whole(found)
    }
}

impl DoubleEndedIterator for GraphemeIndices<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let found = self.at.next_back()?;
        self.whole(found)
    }
}

/// See [`UnicodeSegmentation::graphemes`].
#[derive(Clone, Debug)]
pub struct Graphemes<'t>(GraphemeIndices<'t>);

impl<'t> Iterator for Graphemes<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(_, letter)| letter)
    }
}

impl DoubleEndedIterator for Graphemes<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(_, letter)| letter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_comes_once_from_either_end() {
        let text = "𠮷田A";

        assert_eq!(text.graphemes(true).collect::<Vec<_>>(), ["𠮷", "田", "A"]);
        assert_eq!(text.grapheme_indices(true).next_back(), Some((7, "A")));
        assert_eq!(text.graphemes(true).rev().collect::<Vec<_>>(), ["A", "田", "𠮷"]);
    }
}
