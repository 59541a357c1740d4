//! Tests of credits in whole documents. Every sentence here is invented.

use proptest::prelude::*;

use super::credits::{BUILT_IN, Credits};
use super::ends::{
    HEAD, HEAD_CHARS, HEAD_LINES, TAIL, TAIL_CHARS, TAIL_LINES, first_chars, head, last_chars, tail,
};
use super::evidence::{Credit, CreditEvidence, CreditKind};
use super::line::FoldedLine;
use super::table::AgencyNo;
use crate::document::Document;

/// Enough text after a dateline or before a signature to be a story.
const BODY: &str = "\
    The ferry to the outer islands stopped running on Tuesday after its crew fell ill.\n\
    Passengers waited on the quay until noon, and some of them went home.\n\
    Nobody at the harbour office could say when the next boat would leave.\n\
    A smaller boat took the mail.\n\
    The islands have been without a doctor since last spring.\n\
    Rain is forecast for the rest of the week.\n\
    The council meets again on Friday.";

fn label(document: &Document<'_>) -> String {
    let found = Credits::built_in().find(document);
    found
        .map(|credit| credit.label().into_owned())
        .unwrap_or_default()
}

fn check(cases: &[(&str, &str)], document: impl Fn(&str) -> Document<'static>) {
    let credits = Credits::built_in();
    for &(text, expected) in cases {
        let found = credits.find(&document(text));
        let label = found.as_ref().map(Credit::label).unwrap_or_default();
        assert_eq!(label, expected, "{text:?}: {found:?}");
    }
}

fn text(text: String) -> Document<'static> {
    Document {
        text: text.into(),
        ..Document::default()
    }
}

fn opening(line: &str) -> Document<'static> {
    text(format!("{line}\n{BODY}"))
}

fn ending(line: &str) -> Document<'static> {
    text(format!("{BODY}\n{line}"))
}

fn by(author: &str) -> Document<'static> {
    Document {
        text: BODY.into(),
        author: Some(author.to_owned().into()),
        ..Document::default()
    }
}

fn at(url: &str) -> Document<'static> {
    Document {
        text: BODY.into(),
        url: Some(url.to_owned().into()),
        ..Document::default()
    }
}

#[test]
fn authors() {
    let cases = [
        ("The Associated Press", "AP"),
        ("AP", "AP"),
        ("By AP", "AP"),
        ("by reuters", "Reuters"),
        ("ap", ""),
        ("AP Sports Writer", "AP"),
        ("AP December 5", "AP"),
        ("AP Last Updated Dec 5", "AP"),
        ("Reuters Staff", "Reuters"),
        ("Ada Roe; Ben Doe; Associated Press", "AP"),
        ("Ada Roe, The Associated Press", "AP"),
        ("Ada Roe Associated Press", "AP"),
        ("Ada Roe (AP)", "AP"),
        ("Ada Roe | Reuters", "Reuters"),
        ("Ada Roe - AFP", "AFP"),
        ("AP/AFP/dpa", "AP; AFP; dpa"),
        ("AP, AFP", "AP; AFP"),
        ("dpa/lno", "dpa"),
        ("wit/dpa", "dpa (with staff)"),
        ("CBS; AP", "AP (with staff)"),
        ("CBS; AP December", "AP (with staff)"),
        ("AP and Ada Roe", "AP (with staff)"),
        ("Ada Roe and Ben Doe, AP", "AP"),
        ("Staff and AP", "AP (with staff)"),
        ("Le Quotidien avec AFP", "AFP (with staff)"),
        ("Redaktion mit dpa", "dpa (with staff)"),
        ("Redacción y EFE", "EFE (with staff)"),
        ("Redazione con ANSA", "ANSA (with staff)"),
        ("Por Agência Brasil", "Agência Brasil"),
        ("Par Agence France-Presse", "AFP"),
        ("Von dpa", "dpa"),
        ("Автор: ТАСС", "TASS"),
        ("РИА Новости", "RIA Novosti"),
        ("PA", "PA"),
        ("Press Association", "PA"),
        ("TT", "TT"),
        // Other names with the same letters.
        ("Ani Roe", ""),
        ("Ada E. Efe", ""),
        ("Pa Doe", ""),
        ("Michael Bloomberg", ""),
        ("AP Photo", ""),
        ("Philadelphia, PA area staff", ""),
        ("Valley Football Press Association", ""),
        ("Ada Roe, Pittsburgh, PA", ""),
        ("Ada Roe; PA", "PA"),
        ("Reuters Alumni Choir", ""),
        ("", ""),
    ];
    check(&cases, by);
}

#[test]
fn datelines() {
    let cases = [
        ("LONDON (AP) — The ferry stopped running on Tuesday.", "AP"),
        ("MELBOURNE, Australia (AP) The ferry stopped running.", "AP"),
        (
            "Washington (Reuters) - The ferry stopped running.",
            "Reuters",
        ),
        (
            "LONDON, March 5 (Reuters) – The ferry stopped running.",
            "Reuters",
        ),
        ("ST. LOUIS (AP) -- The ferry stopped running.", "AP"),
        ("WASHINGTON, D.C. (AP) — The ferry stopped running.", "AP"),
        ("PARIS (AFP) – Le bac ne circule plus depuis mardi.", "AFP"),
        (
            "Berlin (dpa) - Die Fähre fährt seit Dienstag nicht mehr.",
            "dpa",
        ),
        (
            "Berlin/Hamburg (dpa/lno) - Die Fähre fährt seit Dienstag nicht mehr.",
            "dpa",
        ),
        (
            "Genf (awp/sda) - Die Fähre fährt seit Dienstag nicht mehr.",
            "Keystone-SDA",
        ),
        (
            "Berlin (AFP/dpa) - Die Fähre fährt seit Dienstag nicht mehr.",
            "AFP; dpa",
        ),
        (
            "BERLIN dpa | Die Fähre fährt seit Dienstag nicht mehr.",
            "dpa",
        ),
        (
            "(ANSA) - ROMA, 5 MAR - Il traghetto è fermo da martedì.",
            "ANSA",
        ),
        (
            "ROMA, 5 MAR (Adnkronos) - Il traghetto è fermo da martedì.",
            "Adnkronos",
        ),
        (
            "Madrid, 5 mar (EFE).- El transbordador no sale desde el martes.",
            "EFE",
        ),
        (
            "Lisboa, 5 mar 2026 (Lusa) - O barco está parado desde terça-feira.",
            "Lusa",
        ),
        (
            "New Delhi [India], March 5 (ANI): The ferry stopped running.",
            "ANI",
        ),
        (
            "New Delhi, Mar 5 (PTI) The ferry stopped running on Tuesday.",
            "PTI",
        ),
        (
            "NEW DELHI, Mar 5 (PTI) The ferry stopped running on Tuesday.",
            "PTI",
        ),
        (
            "BEIJING, March 5 (Xinhua) -- The ferry stopped running.",
            "Xinhua",
        ),
        ("SYDNEY (TT) – The ferry stopped running on Tuesday.", "TT"),
    ];
    check(&cases, opening);
}

#[test]
fn datelines_in_other_scripts() {
    let cases = [
        (
            "МОСКВА, 5 марта. /ТАСС/. Паром не ходит со вторника.",
            "TASS",
        ),
        (
            "МОСКВА, 5 мар - РИА Новости. Паром не ходит со вторника.",
            "RIA Novosti",
        ),
        (
            "Москва. 5 марта. INTERFAX.RU - Паром не ходит со вторника.",
            "Interfax",
        ),
        (
            "(서울=연합뉴스) 홍길동 기자 = 화요일부터 배가 다니지 않는다고 한다.",
            "Yonhap",
        ),
    ];
    check(&cases, opening);
}

#[test]
fn datelines_joined_to_the_line_above() {
    let cases = [
        (
            "Ferry stops By Ada Roe LONDON (AP) — The ferry stopped running.",
            "AP",
        ),
        (
            "Ferry stops running. Berlin (dpa) - Die Fähre fährt nicht mehr.",
            "dpa",
        ),
    ];
    check(&cases, opening);
}

#[test]
fn lines_that_are_no_datelines() {
    let cases = [
        (
            "The ferry of the company (AP) is out of service since Tuesday.",
            "",
        ),
        (
            "Passengers wait at the quay (AP) - the ferry is out of service",
            "",
        ),
        ("Ada Roe (AP)", ""),
        ("LONDON (AP)", ""),
        ("LONDON (AP Photo/Ada Roe) — The ferry stopped running.", ""),
        ("PITTSBURGH, PA — The ferry stopped running on Tuesday.", ""),
        ("HARRISBURG, PA. The ferry stopped running on Tuesday.", ""),
        (
            "LONDON (AP Top 25) — The ferry stopped running on Tuesday.",
            "",
        ),
        (
            "LONDON (Reuters/Ipsos) — The ferry stopped running on Tuesday.",
            "",
        ),
        ("LONDON — An AP-NORC poll says that ferries are late.", ""),
    ];
    check(&cases, opening);
}

#[test]
fn a_dateline_is_in_the_first_three_lines() {
    let dateline = "LONDON (AP) — The ferry stopped running on Tuesday.";
    for (before, expected) in [(0, "AP"), (2, "AP"), (3, "")] {
        let above = "A headline of the day\n".repeat(before);
        let document = text(format!("{above}\n{dateline}\n{BODY}"));
        assert_eq!(label(&document), expected, "{before} lines above");
    }
}

#[test]
fn lines_with_only_an_agency() {
    let cases = [
        ("Associated Press", "AP"),
        ("By The Associated Press", "AP"),
        ("By ADA ROE, Associated Press", "AP"),
        ("By Ada Roe and Ben Doe, Reuters", "Reuters"),
        ("Reuters", "Reuters"),
        ("— AP", "AP"),
        ("(AP)", "AP"),
        ("[Reuters]", "Reuters"),
        ("AFP, AP", "AFP; AP"),
        ("PA", "PA"),
        ("Source: Reuters", "Reuters"),
        ("Quelle: dpa", "dpa"),
        ("Fonte: ANSA", "ANSA"),
        ("Fuente: EFE", "EFE"),
        ("Fonte: Agência Brasil", "Agência Brasil"),
        ("Источник: РИА Новости", "RIA Novosti"),
        ("avec AFP", "AFP (with staff)"),
        ("Le Quotidien avec AFP", "AFP (with staff)"),
        ("mit dpa", "dpa (with staff)"),
        ("(wit/dpa)", "dpa (with staff)"),
        ("dpa/lno", "dpa"),
        ("Valley Courier | Tribune News Service", "TNS"),
        // Photo and video credits, and headings.
        ("Ada Roe, AP", ""),
        ("Ada Roe/AP", ""),
        ("Ada Roe/Associated Press", ""),
        ("AP Photo", ""),
        ("AP Photo/Ada Roe", ""),
        ("Photo: Reuters", ""),
        ("Photo by AP", ""),
        ("Foto: dpa", ""),
        ("Bild: dpa", ""),
        ("Фото: ТАСС", ""),
        ("Crédit photo : AFP", ""),
        ("Credit: Reuters", ""),
        ("Video provided by AFP", ""),
        ("Getty/AFP", ""),
        ("AFP/Getty Images", ""),
        ("AP Top 25", ""),
        ("AP test", ""),
        ("AP Calculus", ""),
        ("AP exam", ""),
        ("Reuters/Ipsos poll", ""),
        ("Reuters cuts jobs", ""),
        ("The Associated Press reports:", ""),
        ("He spoke with AP", ""),
        ("Pittsburgh, PA", ""),
        ("Ani", ""),
        ("TNT", ""),
        ("According to Reuters", ""),
    ];
    check(&cases, opening);
    check(&cases, ending);
}

#[test]
fn a_line_with_only_an_agency_is_among_the_first_four_or_last_three() {
    let lines = |before: usize, after: usize| {
        let line = |_| "The ferry stopped running on Tuesday.\n";
        let above: String = (0..before).map(line).collect();
        let below: String = (0..after).map(line).collect();
        label(&text(format!("{above}Reuters\n{below}")))
    };
    assert_eq!(lines(3, 9), "Reuters");
    assert_eq!(lines(4, 9), "");
    assert_eq!(lines(9, 2), "Reuters");
    assert_eq!(lines(9, 3), "");
}

#[test]
fn a_name_alone_among_captions_is_a_photo_credit() {
    assert_eq!(label(&ending("A quay in the rain.\nAP")), "AP");
    assert_eq!(label(&ending("A quay.\nAda Roe, AP\nA boat.\nAP")), "");
    assert_eq!(label(&ending("A quay.\nReuters\nA boat.\nReuters")), "");
    let above = "Passengers wait.\nAda Roe, AP\n";
    assert_eq!(label(&text(format!("{above}{BODY}\nAP"))), "AP");
}

#[test]
fn one_line_texts_may_end_with_the_agency() {
    let cases = [
        ("(AFP)", "AFP"),
        ("— AP", "AP"),
        ("Associated Press", "AP"),
        ("© AFP", "AFP"),
        ("Source: Reuters", "Reuters"),
        (
            "The Associated Press contributed to this report.",
            "AP (contributed)",
        ),
        (
            "Copyright 2016 The Associated Press. All rights reserved.",
            "AP",
        ),
        ("AP", ""),
        ("A boat on the quay. (Dec. 20) AP", ""),
        ("The mayor spoke to Reuters.", ""),
        ("Photo: AFP", ""),
    ];
    check(&cases, |end| {
        text(format!("{} {end}", BODY.replace('\n', " ")))
    });
}

#[test]
fn contributions() {
    let cases = [
        (
            "The Associated Press contributed to this report.",
            "AP (contributed)",
        ),
        ("AP contributed to this story", "AP (contributed)"),
        ("The Associated Press also contributed.", "AP (contributed)"),
        (
            "Ada Roe and the Associated Press contributed to this report.",
            "AP (contributed)",
        ),
        (
            "Reuters and The Associated Press contributed to this article.",
            "Reuters; AP (contributed)",
        ),
        (
            "Contributing: Ada Roe, Valley News-Press, and The Associated Press",
            "AP (contributed)",
        ),
        (
            "CONTRIBUTING: Associated Press. Follow Ada Roe on the web.",
            "AP (contributed)",
        ),
        (
            "With files from The Canadian Press",
            "Canadian Press (contributed)",
        ),
        (
            "This report includes information from Reuters.",
            "Reuters (contributed)",
        ),
        (
            "Valley News' Ada Roe and AP writer Ben Doe contributed to this report.",
            "AP (contributed)",
        ),
        ("L'AFP a contribué à cet article.", "AFP (contributed)"),
        ("Avec des informations de l'AFP", "AFP (contributed)"),
        ("Mit Material von dpa", "dpa (contributed)"),
        (
            "(mit Material der Nachrichtenagenturen AFP und dpa)",
            "AFP; dpa (contributed)",
        ),
        ("Con informazioni da ANSA.", "ANSA (contributed)"),
        ("(con informazioni dell'ANSA)", "ANSA (contributed)"),
        ("Con información de EFE", "EFE (contributed)"),
        (
            "Con información de Ada Roe, EFE y Europa Press",
            "EFE; Europa Press (contributed)",
        ),
        (
            "Com informações da Agência Brasil",
            "Agência Brasil (contributed)",
        ),
        ("*Com informações da Lusa", "Lusa (contributed)"),
        ("С использованием материалов ТАСС", "TASS (contributed)"),
        (
            "По материалам агентства «Интерфакс»",
            "Interfax (contributed)",
        ),
        // Not about this report.
        (
            "The senator told the AP he contributed to this campaign.",
            "",
        ),
        ("Higher rates, Reuters says, contributed to this slump.", ""),
        ("Smoke in Beaver, PA contributed to this accident.", ""),
        ("The TT race contributed to this boom.", ""),
        ("The Associated Press is not naming the boys.", ""),
        ("Информацию ТАСС подтвердили в порту.", ""),
        ("Das hat die dpa erfahren.", ""),
    ];
    check(&cases, ending);
}

#[test]
fn a_contribution_is_in_the_last_six_lines() {
    let line = "The Associated Press contributed to this report.";
    for (after, expected) in [(5, "AP (contributed)"), (6, "")] {
        let below = "More about boats\n".repeat(after);
        let document = text(format!("{BODY}\n{line}\n{below}"));
        assert_eq!(label(&document), expected, "{after} lines below");
    }
}

#[test]
fn taglines() {
    let cases = [
        ("Roe writes for the Associated Press.", "AP"),
        (
            "Associated Press writer Ada Roe in Columbia, S.C. contributed to this report.",
            "AP",
        ),
        (
            "Associated Press writers Ada Roe in Sana, and Ben al-Doe in Rome contributed.",
            "AP",
        ),
        (
            "Roe reported from Oslo. AP journalists Ben Doe and Cy Poe contributed from Rome.",
            "AP",
        ),
        (
            "AP National Security Writer Ada Roe contributed to this report.",
            "AP",
        ),
        ("Distributed by Tribune Content Agency, LLC", "TNS"),
        (
            "The-CNN-Wire ™ & © 2016 Cable News Network",
            "CNN Newsource",
        ),
        (
            "Her work can be found at http://bigstory.ap.org/ at any time",
            "AP",
        ),
        ("Ada Roe travaille pour l'AFP.", "AFP"),
        ("Ada Roe arbeitet für die dpa.", "dpa"),
        (
            "Ada Roe writes for Reuters readers and others about boats.",
            "",
        ),
        // Other outlets sign like this too.
        ("(Reporting by Ada Roe; Editing by Ben Doe)", ""),
    ];
    check(&cases, ending);
}

#[test]
fn copyright_lines() {
    let cases = [
        (
            "Copyright 2016 The Associated Press. All rights reserved.",
            "AP",
        ),
        (
            "© 2016 The Associated Press. All Rights Reserved. Do not copy.",
            "AP",
        ),
        ("© Reuters 2017", "Reuters"),
        (
            "Copyright (c) 2016 Reuters. All rights reserved.",
            "Reuters",
        ),
        ("(c) 2016, The Washington Post", "Washington Post"),
        ("© dpa-infocom, dpa:160305-99-12345/3", "dpa"),
        ("© 2016 AFP", "AFP"),
        ("Tous droits réservés AFP 2016", "AFP"),
        ("Riproduzione riservata © Copyright ANSA", "ANSA"),
        (
            "© EFE 2016. Está expresamente prohibida la redistribución.",
            "EFE",
        ),
        ("© 2016 PA.", "PA"),
        ("© AFP/Getty Images", ""),
        ("© Reuters Ada Roe", ""),
        ("Photo © AFP", ""),
        ("© AFP Photo", ""),
        ("© 2016 Valley News. All rights reserved.", ""),
        (
            "The copyright case of 2016 against Reuters was dropped.",
            "",
        ),
    ];
    check(&cases, ending);
}

#[test]
fn addresses() {
    let cases = [
        ("https://apnews.com/article/ferry-1", "AP"),
        ("https://www.reuters.com/world/ferry", "Reuters"),
        ("HTTPS://UK.REUTERS.COM/ferry", "Reuters"),
        ("www.reuters.com/ferry", "Reuters"),
        ("http://abcnews.go.com/US/wireStory/ferry-stops-1", "AP"),
        ("http://abcnews.go.com/US/ferry-stops-1", ""),
        ("http://valley.example/US/wireStory/ferry-stops-1", ""),
        (
            "https://valley.example/a.urn-newsml-dpa-com-20090101-160305-99",
            "dpa",
        ),
        ("https://notreuters.com/x", ""),
        ("https://reuters.com.example/x", ""),
        ("https://valley.example/?u=https://reuters.com/", ""),
        ("not a url", ""),
        ("", ""),
    ];
    check(&cases, at);
}

#[test]
fn the_site_and_the_canonical_url_count() {
    let document = |site: &str, canonical: &str| Document {
        text: BODY.into(),
        site: Some(site.to_owned().into()),
        canonical: Some(canonical.to_owned().into()),
        ..Document::default()
    };
    let credits = Credits::built_in();
    let own = credits
        .find(&document("reuters.com", ""))
        .expect("a credit");
    assert_eq!(own.evidence, [CreditEvidence::Url]);
    let copy = credits
        .find(&document("valley.example", "https://apnews.com/x"))
        .expect("a credit");
    assert_eq!(
        (&*copy.label(), &copy.evidence[..]),
        ("AP", &[CreditEvidence::Canonical][..])
    );
    assert_eq!(
        credits.find(&document("valley.example", "https://valley.example/x")),
        None
    );
}

#[test]
fn a_newspaper_is_no_agency_on_its_own_site() {
    let mut document = by("The Washington Post");
    assert_eq!(label(&document), "Washington Post");
    document.site = Some("washingtonpost.com".into());
    assert_eq!(label(&document), "");
    document.site = None;
    document.url = Some("https://www.washingtonpost.com/ferry".into());
    assert_eq!(label(&document), "");
}

#[test]
fn agencies_of_every_continent() {
    let opened = [
        (
            "Jakarta (ANTARA) - The ferry to the outer islands stopped.",
            "ANTARA",
        ),
        (
            "KUALA LUMPUR, March 4 (Bernama) -- The ferry to the islands stopped.",
            "Bernama",
        ),
        (
            "TEHRAN, Mar. 4 (IRNA) - The ferry to the islands stopped.",
            "IRNA",
        ),
        (
            "New Delhi [India], March 4 (ANI): The ferry to the islands stopped.",
            "ANI",
        ),
        (
            "ABU DHABI, 4th March, 2026 (WAM) -- The ferry stopped on Tuesday.",
            "WAM",
        ),
        (
            "RIYADH (SPA) -- The ferry to the outer islands stopped.",
            "SPA",
        ),
        (
            "Rabat (MAP) - Le bac ne circule plus depuis mardi matin.",
            "MAP",
        ),
        (
            "ALGER (APS) - Le bac ne circule plus depuis mardi matin.",
            "APS",
        ),
        (
            "OTTAWA (CP) — The ferry to the outer islands stopped.",
            "Canadian Press",
        ),
        (
            "WELLINGTON (NZPA) - The ferry to the outer islands stopped.",
            "NZPA",
        ),
        (
            "(서울=뉴시스) 화요일부터 섬으로 가는 배가 다니지 않는다고 항구가 밝혔다.",
            "Newsis",
        ),
        (
            "BEOGRAD, 4. marta (Tanjug) - Trajekt ne saobraća od utorka.",
            "Tanjug",
        ),
        (
            "SOFIA, March 4 (BTA) - The ferry to the islands stopped.",
            "BTA",
        ),
        (
            "МИНСК, 4 марта (БЕЛТА) - Паром не ходит со вторника.",
            "BelTA",
        ),
        (
            "القاهرة (أ ش أ) - توقفت العبارة عن العمل يوم الثلاثاء بعد مرض طاقمها.",
            "MENA",
        ),
    ];
    check(&opened, opening);
    let closed = [
        ("Source: Bernama", "Bernama"),
        ("Source: APS", "APS"),
        ("Quelle: hafenbote.example, abc/dpa", "dpa (with staff)"),
        ("Bron: ANP", "ANP"),
        ("Kilde: Ritzau", "Ritzau"),
        ("Źródło: PAP", "PAP"),
        ("Zdroj: ČTK", "ČTK"),
        ("Forrás: MTI", "MTI"),
        ("Sursa: Agerpres", "Agerpres"),
        ("Izvor: Hina", "Hina"),
        ("Джерело: Укрінформ", "Ukrinform"),
        ("Kaynak: Anadolu Ajansı", "Anadolu"),
        ("Sumber: ANTARA", "ANTARA"),
        ("Πηγή: ΑΠΕ-ΜΠΕ", "AMNA"),
        ("المصدر: وكالة أنباء الإمارات", "WAM"),
        ("منبع: ایرنا", "IRNA"),
        ("来源：新华社", "Xinhua"),
        ("Redazione ANSA", "ANSA"),
        ("Theo TTXVN", "VNA"),
        ("(Theo Reuters)", "Reuters"),
        ("(With inputs from PTI)", "PTI (contributed)"),
        ("With agency inputs from ANI and PTI.", "PTI (contributed)"),
        (
            "This report by The Canadian Press was first published May 2, 2025.",
            "Canadian Press",
        ),
    ];
    check(&closed, ending);
}

#[test]
fn initials_that_are_words_or_places_are_no_credits() {
    let cases = [
        (
            "SCRANTON (PA) — The ferry to the outer islands stopped.",
            "",
        ),
        ("SCRANTON (PA). The ferry to the outer islands stopped.", ""),
        ("MAP", ""),
        ("SPA", ""),
        ("Source: PC", ""),
        ("TAP HERE TO READ MORE", ""),
        (
            "The old MAP (TAP) of the harbour shows no quay on Tuesday.",
            "",
        ),
        ("Ada Roe / CP", ""),
        ("Theo Roe told Reuters.", ""),
        ("nan", ""),
        ("© MAP", ""),
    ];
    check(&cases, opening);
    check(&cases, ending);
}

#[test]
fn mentions_are_no_credits() {
    let cases = [
        ("Reuters cuts jobs in its London office", ""),
        ("AP, Reuters and AFP win prizes", ""),
        ("The mayor told the AP that the ferry would sail.", ""),
        (
            "The mayor told Reuters on Tuesday that the ferry would sail.",
            "",
        ),
        ("A Reuters/Ipsos poll found that ferries are popular.", ""),
        ("According to Reuters, the ferry will sail.", ""),
        ("The ferry will sail, the Associated Press reported.", ""),
        ("Pupils who take an AP exam travel free.", ""),
        ("The team rose in the AP Top 25 on Sunday.", ""),
        ("Об этом сообщает ТАСС.", ""),
        ("Das berichtet die Nachrichtenagentur dpa.", ""),
        ("Lo ha detto il ministro all'ANSA.", ""),
        ("Según informó la agencia EFE, el barco no sale.", ""),
        ("Selon l'AFP, le bac ne circule plus.", ""),
        ("Segundo a Lusa, o barco está parado.", ""),
    ];
    check(&cases, opening);
    check(&cases, ending);
}

#[test]
fn the_strongest_evidence_names_the_agency() {
    let credits = Credits::built_in();
    let find = |author: &str, line: &str| {
        let mut document = ending(line);
        document.author = Some(author.to_owned().into());
        let credit = credits.find(&document).expect("a credit");
        let label = credit.label().into_owned();
        (label, credit.kind, credit.evidence)
    };
    assert_eq!(
        find("AFP", "The Associated Press contributed to this report."),
        (
            "AFP".to_owned(),
            CreditKind::Sole,
            vec![CreditEvidence::Byline]
        )
    );
    assert_eq!(
        find("CBS; AP", "Copyright 2016 The Associated Press."),
        (
            "AP (with staff)".to_owned(),
            CreditKind::Mixed,
            vec![CreditEvidence::Byline, CreditEvidence::Copyright]
        )
    );
    assert_eq!(
        find(
            "Ada Roe",
            "The Associated Press contributed to this report."
        ),
        (
            "AP (contributed)".to_owned(),
            CreditKind::Contributed,
            vec![CreditEvidence::Contribution]
        )
    );
}

const USERS: &str = r#"
[[agency]]
name = "Meridian"
names = ["Meridian Press"]
marks = ["MP"]
hosts = ["meridian.example"]
urls = [{ host = "valley.example", path = "/wire/" }]
taglines = ["set by hand in the meridian room"]

[[agency]]
name = "AP"
names = ["The Old AP"]

[language.en]
contributed = ["{agency} lent a hand"]

[language.eo]
byline = ["de la redaktoro"]
"#;

#[test]
fn a_users_table_extends_the_built_in_one() {
    let credits = Credits::extended(USERS).expect("a table");
    let find = |document: &Document<'_>| {
        credits
            .find(document)
            .map(|credit| credit.label().into_owned())
    };
    let cases = [
        (
            opening("LONDON (MP) — The ferry stopped running."),
            "Meridian",
        ),
        (
            ending("Meridian Press lent a hand."),
            "Meridian (contributed)",
        ),
        (ending("Reuters lent a hand."), "Reuters (contributed)"),
        (ending("Set by hand in the Meridian room."), "Meridian"),
        (ending("De la redaktoro: Meridian Press"), "Meridian"),
        (at("https://www.meridian.example/x"), "Meridian"),
        (at("https://valley.example/wire/x"), "Meridian"),
        (by("The Old AP"), "AP"),
        (by("Associated Press"), "AP"),
    ];
    for (document, expected) in cases {
        assert_eq!(find(&document).as_deref(), Some(expected), "{document:?}");
        if expected.starts_with("Meridian") {
            assert_eq!(label(&document), "", "not compiled in: {document:?}");
        }
    }
    assert!(Credits::extended("").is_ok());
    assert!(
        Credits::extended(BUILT_IN).is_ok(),
        "adding the same table again is no error"
    );
}

#[test]
fn an_invalid_table_gives_line_and_problem() {
    let cases = [
        (
            "[[agency]]\nname = \"X\"\nmark = [\"X\"]",
            3,
            "unknown field `mark`",
        ),
        ("\n[langauge.en]", 2, "unknown field `langauge`"),
        ("[language.en]\n\nby = []", 3, "unknown field `by`"),
        ("[[agency]]\nname = ", 2, "head of data/credits.toml"),
        ("[[agency]]\nnames = [\"X\"]", 1, "missing field `name`"),
        ("[[agency]]\nname = \" \"", 2, "needs a name"),
        (
            "[[agency]]\nname = \"X\"\nnames = [\"X1\",\n\"...\"]",
            4,
            "letters or digits",
        ),
        (
            "[[agency]]\nname = \"X\"\nnames = [\"Reuters\"]",
            3,
            "already names Reuters",
        ),
        (
            "[[agency]]\nname = \"X\"\nhosts = [\"https://x.example/\"]",
            3,
            "without scheme",
        ),
        (
            "[[agency]]\nname = \"X\"\nurls = [{ path = \"/a/\" }]",
            3,
            "4 characters",
        ),
        (
            "[[agency]]\nname = \"X\"\ntaglines = [\"only … \"]",
            3,
            "two words",
        ),
        ("[language.en]\nown = [\"writes for them\"]", 2, "{agency}"),
        (
            "[language.en]\nown = [\"{agency} for {agency}\"]",
            2,
            "once",
        ),
        ("[language.en]\nown = [\"{agency} …\"]", 2, "needs words"),
        (
            "[language.en]\nown = [\"a … b {agency}\"]",
            2,
            "only beside it",
        ),
        ("[language.en]\nroles = [\"night editor\"]", 2, "one word"),
    ];
    for (table, line, problem) in cases {
        let error = Credits::extended(table).expect_err(table);
        assert_eq!(error.line, line, "{table}: {error}");
        assert!(error.problem.contains(problem), "{table}: {error}");
        assert!(
            error
                .to_string()
                .starts_with(&format!("credits table, line {line}: "))
        );
    }
}

#[test]
fn credits_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Credits>();
}

/// The searched part of a text is bounded, whatever its length.
#[test]
fn searched_text_is_bounded() {
    let hostile = [
        "(AP) — ".repeat(100_000),
        "contributing AP ".repeat(100_000),
        "Copyright 2016 ".repeat(100_000),
        "\n".repeat(1_000_000),
        "AP\n".repeat(500_000),
        "Ä".repeat(1_000_000),
        "\u{301}".repeat(1_000_000),
        "ﷺ".repeat(500_000),
    ];
    for text in &hostile {
        let searched: usize = head(text)
            .chain(tail(text))
            .map(|(line, _)| line.len())
            .sum();
        assert!(searched <= HEAD + TAIL, "{searched} bytes");
        assert!(head(text).count() <= HEAD_LINES && tail(text).count() <= TAIL_LINES);
        assert!(head(text).all(|(line, _)| line.chars().count() <= HEAD_CHARS));
        assert!(tail(text).all(|(line, _)| line.chars().count() <= TAIL_CHARS));
        let _ = Credits::built_in().find(&Document {
            text: text.as_str().into(),
            author: Some(text.as_str().into()),
            ..Document::default()
        });
    }
}

/// Texts of pieces that the rules look for, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("AP".to_owned()),
        Just("The Associated Press".to_owned()),
        Just("ТАСС".to_owned()),
        Just("연합뉴스".to_owned()),
        Just("contributed to this".to_owned()),
        Just("contributing: ".to_owned()),
        Just("follow".to_owned()),
        Just("on twitter at".to_owned()),
        Just("Copyright (c) 2016 ".to_owned()),
        Just("a cura di".to_owned()),
        Just("with wire reports".to_owned()),
        Just("By ".to_owned()),
        Just("LONDON".to_owned()),
        Just("the".to_owned()),
        Just("Dec.".to_owned()),
        Just("\n".to_owned()),
        "[ .,;:/|()\\[\\]=&«»—–-]{1,3}",
        "\\PC{0,6}",
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_panics(
        text in pieces(),
        author in pieces(),
        url in "\\PC{0,30}",
        site in "\\PC{0,8}",
    ) {
        let credits = Credits::built_in();
        let document = Document {
            text: text.into(),
            author: Some(author.into()),
            url: Some(format!("http://{url}").into()),
            canonical: Some(url.into()),
            site: Some(site.into()),
            ..Document::default()
        };
        if let Some(credit) = credits.find(&document) {
            prop_assert!(!credit.agencies.is_empty() && !credit.evidence.is_empty());
            prop_assert!(credit.evidence.is_sorted());
        }
    }

    #[test]
    fn the_middle_of_a_long_text_does_not_count(middle in pieces()) {
        let padding = "The ferry stopped running on Tuesday.\n".repeat(200);
        let document = text(format!("{padding}{middle}\n{padding}"));
        prop_assert_eq!(label(&document), "");
    }

    #[test]
    fn no_table_panics(table in pieces()) {
        let _ = Credits::extended(&table);
    }
}

/// Lines of words and signs near the borders of the openings filter.
fn near_names() -> impl Strategy<Value = String> {
    let credits = Credits::built_in();
    let mut words = credits.table.opening_words();
    words.extend(
        [
            "The", "New", "York", "c", "©", "boat", "Roe", "café", "Порт", "½", "ＡＰ",
        ]
        .map(String::from),
    );
    words.sort_unstable();
    let written = (proptest::sample::select(words), 0..6).prop_map(|(word, way)| match way {
        0 => word.to_uppercase(),
        1 => word.to_lowercase(),
        2 => word + "s",
        3 => word + "\u{301}",
        _ => word,
    });
    let between = proptest::sample::select(vec![
        " ", " ", " ", "", "-", ", ", ". ", " (", ") ", "’", "“", " — ", "\u{301}", "é", "/", "\n",
        "　",
    ]);
    proptest::collection::vec((written, between), 0..40).prop_map(|pieces| {
        pieces
            .iter()
            .map(|(word, gap)| format!("{word}{gap}"))
            .collect()
    })
}

proptest! {
    #[test]
    fn lines_without_openings_name_nobody(line in prop_oneof![near_names(), "\\PC{0,200}"]) {
        let credits = Credits::built_in();
        if !credits.table.may_name(&line) {
            let cut = FoldedLine::new(&line);
            prop_assert_eq!(credits.table.mentions(&cut), vec![], "{:?}", line);
            prop_assert_eq!(credits.table.taglines_in(&cut), Vec::<AgencyNo>::new(), "{:?}", line);
        }
    }

    #[test]
    fn every_name_passes_the_filter(at in 0..200_usize, which in any::<proptest::sample::Index>()) {
        let credits = Credits::built_in();
        let names = credits.table.written_names();
        let name = which.get(&names);
        let line = format!("{}{name} 2016", "x".repeat(at) + " ");
        prop_assert!(credits.table.may_name(&line), "{line:?}");
    }

    #[test]
    fn ends_of_lines_are_counted_in_characters(text in "\\PC{0,40}", count in 0..50_usize) {
        let chars: Vec<char> = text.chars().collect();
        let kept = count.min(chars.len());
        let first: String = chars[..kept].iter().collect();
        prop_assert_eq!(first_chars(&text, count), first);
        let last: String = chars[chars.len() - kept..].iter().collect();
        prop_assert_eq!(last_chars(&text, count), last);
    }
}
