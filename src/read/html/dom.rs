//! The tree of a page, built by the parser of browsers under limits.
//!
//! The parser's own work depends on the page: each tag looks through the open elements, a tag that
//! is left open is opened again in each paragraph after it, and attributes are compared with each
//! other. The page is fed in pieces and given up as soon as a limit is passed, so the work is
//! bounded by the limits and the length of the page. The extractor parses the page again, which is
//! then known to be harmless.

use std::borrow::Cow;
use std::cell::{Cell, Ref};

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use html5ever::buffer_queue::BufferQueue;
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{Attribute, QualName, TokenizerResult};
use scraper::{Html, HtmlTreeSink};

use super::attributes::UnfinishedTag;
use super::error::{MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS, MAX_PAGE, PageError};

/// Bytes given to the parser at once. Limits are checked in between.
const PIECE: usize = 512;

/// Bytes without a token after which the attributes of the tag are counted beforehand.
const QUIET: usize = 8 << 10;

/// Parses a page.
pub(super) fn parse(html: &str) -> Result<Html, PageError> {
    if html.len() > MAX_PAGE {
        return Err(PageError::TooLong(html.len()));
    }
    let builder = TreeBuilder::new(LimitedSink::new(), TreeBuilderOpts::default());
    let tokenizer = Tokenizer::new(CountedTokens::new(builder), TokenizerOpts::default());
    let input = BufferQueue::default();
    let mut quiet = Quiet::default();
    let mut rest = html;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(piece_end(rest));
        rest = after;
        input.push_back(StrTendril::from(piece));
        // Ends early at each `</script>` and each declaration of an encoding.
        while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
        tokenizer.sink.check()?;
        quiet.check(piece, tokenizer.sink.tokens.get())?;
    }
    tokenizer.end();
    tokenizer.sink.check()?;
    let tree = tokenizer.sink.builder.sink.finish();
    match is_deeper(&tree, MAX_DEPTH) {
        true => Err(PageError::TooDeep),
        false => Ok(tree),
    }
}

/// The end of the first piece of a text.
fn piece_end(text: &str) -> usize {
    let mut end = PIECE.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// Tells whether elements stand deeper than `limit` in each other.
fn is_deeper(html: &Html, limit: usize) -> bool {
    let mut depth = 0usize;
    html.tree.root().traverse().any(|edge| {
        match edge {
            Edge::Open(_) => depth += 1,
            Edge::Close(_) => depth -= 1,
        }
        // The document, and a text in the innermost element.
        depth > limit + 2
    })
}

/// The piece since which no token came, and those after it.
#[derive(Default)]
struct Quiet {
    tokens: u64,
    /// Bytes since the start of the piece in which the last token came.
    length: usize,
    /// The bytes of this stretch, until they are given to `tag`.
    held: String,
    tag: UnfinishedTag,
}

impl Quiet {
    fn check(&mut self, piece: &str, tokens: u64) -> Result<(), PageError> {
        if tokens != self.tokens {
            self.tokens = tokens;
            self.length = 0;
            self.held.clear();
            self.tag = UnfinishedTag::default();
        }
        self.length += piece.len();
        if self.length <= QUIET {
            self.held.push_str(piece);
            return Ok(());
        }
        if !self.held.is_empty() {
            // The tag starts in the first piece of the stretch, or where that breaks off.
            let (first, others) = self.held.split_at(piece_end(&self.held));
            self.tag.follow(first.as_bytes(), true);
            self.tag.follow(others.as_bytes(), false);
            self.held.clear();
        }
        self.tag.follow(piece.as_bytes(), false);
        match self.tag.has_too_many() {
            true => Err(PageError::TooManyAttributes),
            false => Ok(()),
        }
    }
}

/// Counts tokens and looks at their attributes on the way to the tree.
struct CountedTokens {
    builder: TreeBuilder<NodeId, LimitedSink>,
    tokens: Cell<u64>,
    many_attributes: Cell<bool>,
}

impl CountedTokens {
    fn new(builder: TreeBuilder<NodeId, LimitedSink>) -> Self {
        Self {
            builder,
            tokens: Cell::new(0),
            many_attributes: Cell::new(false),
        }
    }

    fn check(&self) -> Result<(), PageError> {
        let sink = &self.builder.sink;
        if self.many_attributes.get() {
            Err(PageError::TooManyAttributes)
        } else if sink.elements.get() > MAX_ELEMENTS {
            Err(PageError::TooManyElements)
        } else if sink.too_deep.get() {
            Err(PageError::TooDeep)
        } else {
            Ok(())
        }
    }
}

impl TokenSink for CountedTokens {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        // Errors are reported in the middle of a tag.
        if !matches!(token, Token::ParseError(_)) {
            self.tokens.set(self.tokens.get() + 1);
        }
        if let Token::TagToken(tag) = &token
            && tag.attrs.len() > MAX_ATTRIBUTES
        {
            self.many_attributes.set(true);
        }
        self.builder.process_token(token, line)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder
            .adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Builds the tree of `scraper` and notes how large and how deep it gets.
struct LimitedSink {
    inner: HtmlTreeSink,
    elements: Cell<usize>,
    too_deep: Cell<bool>,
}

impl LimitedSink {
    fn new() -> Self {
        Self {
            inner: HtmlTreeSink::new(Html::new_document()),
            elements: Cell::new(0),
            too_deep: Cell::new(false),
        }
    }

    /// Notes the depth of a new child of `parent`.
    fn note_depth(&self, parent: NodeId) {
        let html = self.inner.0.borrow();
        let deep = html
            .tree
            .get(parent)
            .is_some_and(|node| node.ancestors().nth(MAX_DEPTH).is_some());
        if deep {
            self.too_deep.set(true);
        }
    }
}

impl TreeSink for LimitedSink {
    type Handle = NodeId;
    type Output = Html;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Html {
        self.inner.finish()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        self.inner.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        self.inner.elem_name(target)
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> NodeId {
        self.elements.set(self.elements.get() + 1);
        self.inner.create_element(name, attributes, flags)
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.elements.set(self.elements.get() + 1);
        self.inner.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.inner.create_pi(target, data)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.note_depth(*parent);
        self.inner.append(parent, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &NodeId,
        previous: &NodeId,
        child: NodeOrText<NodeId>,
    ) {
        self.note_depth(*previous);
        self.inner
            .append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(
        &self,
        name: StrTendril,
        public_id: StrTendril,
        system_id: StrTendril,
    ) {
        self.inner
            .append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.inner.get_template_contents(target)
    }

    fn same_node(&self, a: &NodeId, b: &NodeId) -> bool {
        self.inner.same_node(a, b)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.inner.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        self.inner.append_before_sibling(sibling, child);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        self.inner.add_attrs_if_missing(target, attributes);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.inner.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        self.inner.reparent_children(node, new_parent);
    }
}
