//! Words in dates: months, weekdays and halves of the day in many languages, and words without
//! meaning for the date.
//!
//! The names come from `pure-rust-locales`, which holds those of the GNU C Library. A name that
//! stands for different months in two languages (`listopada` is November in Polish and October in
//! Croatian) stands for none, because a record does not say in which language its date is.

use std::collections::HashMap;
use std::sync::LazyLock;

use pure_rust_locales as locales;

use super::folding::folded;
use super::tokens::{TokenKind, tokens};

/// Meaning of a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// Number of the month of this name.
    pub(super) month: Option<i8>,
    /// True for the name of a weekday.
    pub(super) weekday: bool,
    /// True for the second half of the day, false for the first.
    pub(super) afternoon: Option<bool>,
    /// Use of the word around a date.
    pub(super) filler: Option<Filler>,
}

/// Words around a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filler {
    /// Stands between the parts of a date.
    Link,
    /// Stands before a date and says whose date it is: `published`.
    Label,
    /// As [`Filler::Label`], for a date that is not the first publication: `updated`.
    Update,
}

/// Words between the parts of dates. Ordinal endings that stand behind a number are here too.
const LINKS: &str = "at on the of day t de del d da do em às ás a as à alle ore di il el la las l le \
    los um den der am klo kl o e om feira op te i st nd rd th er ère re ro em uhr hrs h г год года году \
    р року в у о ngày lúc năm";

/// Words that may stand before a date.
const LABELS: &str = "published publish posted post date dated first originally created released \
    publication publicado publicada publicación publicação publié publiée publie pubblicato \
    pubblicata veröffentlicht erschienen stand datum gepubliceerd geplaatst publicerad publicerat \
    publisert julkaistu opublikowano publikováno közzétéve опубликовано дата yayınlanma tarihi \
    发布 发布时间 发布日期 发表 发表于 发布于 日期 時間 时间 發布 發布時間 發佈 公開 公開日 配信 \
    掲載 投稿 投稿日 入力 입력 등록 게재 기사입력 작성 승인";

/// Words before a date that is not the first publication.
const UPDATES: &str = "updated update modified edited revised last actualizado actualizada \
    actualizado atualizado atualizada aggiornato aktualisiert geändert modifié modifiée mis jour \
    bijgewerkt uppdaterad oppdatert päivitetty zaktualizowano обновлено güncelleme 更新 更新日 \
    更新时间 최종수정 수정";

/// Looks a folded word up.
pub(super) fn word(folded: &str) -> Option<Word> {
    WORDS.get(folded).copied()
}

static WORDS: LazyLock<HashMap<String, Word>> = LazyLock::new(|| Lexicon::new().words);

/// Names of the months, in the form that dates have, and of what stands beside them.
struct LocaleNames {
    months: [Option<&'static [&'static str]>; 4],
    weekdays: [&'static [&'static str]; 2],
    halves: &'static [&'static str],
}

/// Lists the names of languages, by one locale each.
macro_rules! names_of {
    ($($locale:ident)*) => {
        [$({
            use locales::$locale::LC_TIME as names;
            LocaleNames {
                months: [
                    Some(names::MON),
                    Some(names::ABMON),
                    names::ALT_MON,
                    names::AB_ALT_MON,
                ],
                weekdays: [names::DAY, names::ABDAY],
                halves: names::AM_PM,
            }
        }),*]
    };
}

/// Languages in which much news is published, English first. A language counts by its locale, and
/// two countries are there where their names of months differ.
static LOCALES: &[LocaleNames] = &names_of! {
    en_US de_DE de_AT fr_FR fr_CA es_ES es_MX it_IT pt_PT pt_BR nl_NL sv_SE da_DK nb_NO nn_NO
    fi_FI is_IS pl_PL cs_CZ sk_SK sl_SI hr_HR bs_BA sr_RS sr_RS_latin mk_MK bg_BG ro_RO hu_HU el_GR
    tr_TR az_AZ ru_RU uk_UA be_BY lt_LT lv_LV et_EE ca_ES gl_ES eu_ES sq_AL id_ID ms_MY vi_VN
    th_TH ko_KR ja_JP zh_CN zh_TW hi_IN bn_BD ta_IN te_IN mr_IN gu_IN pa_IN ur_PK ne_NP ar_EG ar_SY
    ar_MA he_IL fa_IR hy_AM ka_GE kk_KZ sw_KE af_ZA
};

/// Names that dates have and the locales lack: English and German abbreviations, and the
/// partitive of the Finnish months.
const MORE_MONTHS: &[(&str, i8)] = &[
    ("sept", 9),
    ("febr", 2),
    ("märz", 3),
    ("mrz", 3),
    ("abril", 4),
    ("tammikuuta", 1),
    ("helmikuuta", 2),
    ("maaliskuuta", 3),
    ("huhtikuuta", 4),
    ("toukokuuta", 5),
    ("kesäkuuta", 6),
    ("heinäkuuta", 7),
    ("elokuuta", 8),
    ("syyskuuta", 9),
    ("lokakuuta", 10),
    ("marraskuuta", 11),
    ("joulukuuta", 12),
];

/// The words while they are collected.
#[derive(Default)]
struct Lexicon {
    words: HashMap<String, Word>,
    /// Names that stand for several months, in order of discovery.
    ambiguous: Vec<String>,
}

impl Lexicon {
    fn new() -> Lexicon {
        let mut lexicon = Lexicon::default();
        for names in LOCALES {
            for months in names.months.into_iter().flatten() {
                for (name, number) in months.iter().zip(1..) {
                    lexicon.add_month(name, number);
                }
            }
            for name in names.weekdays.into_iter().flatten() {
                lexicon.add_weekday(name);
            }
            for (name, afternoon) in names.halves.iter().zip([false, true]) {
                if let [half] = letters(name).as_slice() {
                    lexicon.entry(half).afternoon = Some(afternoon);
                }
            }
        }
        for &(name, number) in MORE_MONTHS {
            lexicon.add_month(name, number);
        }
        for (list, filler) in [
            (LINKS, Filler::Link),
            (LABELS, Filler::Label),
            (UPDATES, Filler::Update),
        ] {
            for name in list.split_whitespace() {
                lexicon.entry(&folded(name)).filler = Some(filler);
            }
        }
        for name in &lexicon.ambiguous {
            if let Some(word) = lexicon.words.get_mut(name) {
                word.month = None;
            }
        }
        lexicon
    }

    fn entry(&mut self, name: &str) -> &mut Word {
        self.words.entry(name.to_owned()).or_default()
    }

    fn add_month(&mut self, name: &str, number: i8) {
        let name = letters(name).join(" ");
        if name.is_empty() {
            return;
        }
        let known = self.entry(&name).month.get_or_insert(number);
        if *known != number && !self.ambiguous.contains(&name) {
            self.ambiguous.push(name);
        }
    }

    /// Adds each word of a weekday's name. A single letter says nothing in Latin script.
    fn add_weekday(&mut self, name: &str) {
        for part in letters(name).iter().filter(|part| part.len() > 1) {
            self.entry(part).weekday = true;
        }
    }
}

/// The folded words of a name; none if the name has a digit, as in languages that count the months.
fn letters(name: &str) -> Vec<String> {
    let name = folded(name);
    let words = tokens(&name).into_iter().map(|token| match token.kind {
        TokenKind::Number(_) => None,
        TokenKind::Word(word) => Some(word.to_owned()),
        TokenKind::Sign(_) => Some(String::new()),
    });
    let words: Option<Vec<String>> = words.collect();
    let mut words = words.unwrap_or_default();
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_several_months_stand_for_none() {
        let mut ambiguous = Lexicon::new().ambiguous;
        ambiguous.sort_unstable();
        // Polish, Czech and Croatian.
        let expected = ["lip", "lis", "listopad", "listopada", "srp"];
        assert_eq!(ambiguous, expected);
        for name in expected {
            assert_eq!(word(name).and_then(|word| word.month), None, "{name}");
        }
    }
}
