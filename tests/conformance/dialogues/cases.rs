//! What a generated server says: a greeting, a list of capabilities and an answer to STARTTLS, each
//! sound or not. `TAG` stands for the tag of the command.

use smtp_certcheck::endpoint::Protocol;
use testkit::generate::dice::Dice;

/// What is odd about a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// The list does not have STARTTLS.
    NotListed,
    /// A longer word has it.
    PartOfAWord,
    /// It is in the text of an answer.
    InText,
    /// SMTP and LMTP: it is where the server's name belongs.
    FirstLine,
    /// There is no list.
    NoList,
    /// A refusal.
    Refused,
    /// A refusal for now.
    Temporary,
    /// IMAP: an answer with another tag.
    OtherTag,
    /// Not an answer of the protocol.
    Garbage,
    /// The end of the session.
    Bye,
    /// A literal that looks like an answer.
    FakeLiteral,
    /// IMAP: authenticated from the start.
    Preauth,
    /// Text after the go-ahead.
    Injected,
    /// IMAP: a second answer under the same tag.
    SecondAnswer,
    /// Sound: the list is in the greeting.
    ListInGreeting,
    /// Sound, in small letters.
    SmallLetters,
    /// Sound, without a text.
    Bare,
    /// Sound, in another unusual form.
    Form,
}

type Turns = &'static [(&'static str, Option<Mark>)];

/// The turns of one protocol; the first of each is as good servers say it.
struct Words {
    protocol: Protocol,
    greetings: Turns,
    lists: Turns,
    answers: Turns,
}

static ALL: [Words; 4] = [
    Words {
        protocol: Protocol::Imap,
        greetings: &[
            ("* OK ready\r\n", None),
            (
                "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n",
                Some(Mark::ListInGreeting),
            ),
            (
                "* OK [CAPABILITY IMAP4rev1] ready\r\n",
                Some(Mark::NotListed),
            ),
            ("* PREAUTH hello\r\n", Some(Mark::Preauth)),
            ("* BYE go away\r\n", Some(Mark::Bye)),
            ("* NO go away\r\n", Some(Mark::Garbage)),
            ("hello\r\n", Some(Mark::Garbage)),
        ],
        lists: &[
            ("* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK done\r\n", None),
            (
                "* OK wait\r\n* CAPABILITY STARTTLS X\r\nTAG OK done\r\n",
                Some(Mark::Form),
            ),
            (
                "* X {9}\r\nTAG OK a\r\n\r\n* CAPABILITY STARTTLS\r\nTAG OK x\r\n",
                Some(Mark::FakeLiteral),
            ),
            (
                "* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n",
                Some(Mark::NotListed),
            ),
            (
                "* CAPABILITY XSTARTTLS\r\nTAG OK done\r\n",
                Some(Mark::PartOfAWord),
            ),
            (
                "* CAPABILITY IMAP4rev1\r\nTAG OK STARTTLS\r\n",
                Some(Mark::InText),
            ),
            ("TAG OK done\r\n", Some(Mark::NoList)),
            ("TAG NO no\r\n", Some(Mark::Refused)),
            ("TAG BAD what\r\n", Some(Mark::Refused)),
            (
                "* CAPABILITY STARTTLS\r\nzz OK done\r\n",
                Some(Mark::OtherTag),
            ),
            ("* BYE go away\r\n", Some(Mark::Bye)),
        ],
        answers: &[
            ("TAG OK go\r\n", None),
            ("* OK wait\r\nTAG OK go\r\n", Some(Mark::Form)),
            ("TAG ok go\r\n", Some(Mark::SmallLetters)),
            (
                "* X {10}\r\nTAG OK no\r\n\r\nTAG NO no\r\n",
                Some(Mark::FakeLiteral),
            ),
            ("TAG NO no\r\n", Some(Mark::Refused)),
            ("TAG BAD what\r\n", Some(Mark::Refused)),
            ("TAG NO [UNAVAILABLE] later\r\n", Some(Mark::Temporary)),
            ("zz OK go\r\n", Some(Mark::OtherTag)),
            ("hello\r\n", Some(Mark::Garbage)),
            ("* BYE go away\r\n", Some(Mark::Bye)),
            ("TAG OK go\r\n* BAD injected\r\n", Some(Mark::Injected)),
            ("TAG OK go\r\nTAG NO failed\r\n", Some(Mark::SecondAnswer)),
        ],
    },
    Words {
        protocol: Protocol::Pop3,
        greetings: &[
            ("+OK ready\r\n", None),
            ("+OK\r\n", Some(Mark::Form)),
            ("-ERR no\r\n", Some(Mark::Refused)),
            ("-ERR [SYS/TEMP] no\r\n", Some(Mark::Temporary)),
            ("hello\r\n", Some(Mark::Garbage)),
        ],
        lists: &[
            ("+OK\r\nUSER\r\nSTLS\r\n.\r\n", None),
            ("-ERR what\r\n", Some(Mark::Form)),
            ("+OK\r\n..\r\nstls\r\n.\r\n", Some(Mark::Form)),
            ("+OK\r\nUSER\r\n.\r\n", Some(Mark::NotListed)),
            ("+OK\r\n..STLS\r\n.\r\n", Some(Mark::PartOfAWord)),
            ("+OK\r\nXSTLS\r\n.\r\n", Some(Mark::PartOfAWord)),
            ("+OK STLS\r\nUSER\r\n.\r\n", Some(Mark::InText)),
            ("hello\r\n", Some(Mark::Garbage)),
        ],
        answers: &[
            ("+OK go\r\n", None),
            ("+OK\r\n", Some(Mark::Form)),
            ("-ERR no\r\n", Some(Mark::Refused)),
            ("-ERR [SYS/TEMP] no\r\n", Some(Mark::Temporary)),
            ("hello\r\n", Some(Mark::Garbage)),
            ("+OK go\r\n+OK injected\r\n", Some(Mark::Injected)),
            ("+OK go\r\n-ERR failed\r\n", Some(Mark::Injected)),
        ],
    },
    Words {
        protocol: Protocol::Sieve,
        greetings: &[
            (
                "\"IMPLEMENTATION\" \"x\"\r\n\"STARTTLS\"\r\nOK \"ready\"\r\n",
                None,
            ),
            ("\"STARTTLS\"\r\nOK\r\n", Some(Mark::Bare)),
            (
                "\"SIEVE\" \"x\"\r\n\"starttls\"\r\nOK {2}\r\nhi\r\n",
                Some(Mark::Form),
            ),
            (
                "\"SIEVE\" {14}\r\nNO\r\n\"STARTTLS\"\r\nOK\r\n",
                Some(Mark::FakeLiteral),
            ),
            (
                "\"IMPLEMENTATION\" \"x\"\r\nOK \"ready\"\r\n",
                Some(Mark::NotListed),
            ),
            ("\"XSTARTTLS\"\r\nOK \"ready\"\r\n", Some(Mark::PartOfAWord)),
            (
                "\"SIEVE\" \"STARTTLS\"\r\nOK \"ready\"\r\n",
                Some(Mark::InText),
            ),
            ("NO \"no\"\r\n", Some(Mark::Refused)),
            ("BYE \"no\"\r\n", Some(Mark::Bye)),
            ("NO (TRYLATER) \"no\"\r\n", Some(Mark::Temporary)),
            ("hello\r\n", Some(Mark::Garbage)),
        ],
        lists: &[("NO \"unasked\"\r\n", None)],
        answers: &[
            ("OK \"go\"\r\n", None),
            ("OK\r\n", Some(Mark::Bare)),
            ("OK (X \"y\") \"go\"\r\n", Some(Mark::Form)),
            ("NO \"no\"\r\n", Some(Mark::Refused)),
            ("NO (TRYLATER) \"no\"\r\n", Some(Mark::Temporary)),
            ("BYE \"no\"\r\n", Some(Mark::Bye)),
            ("NO {4}\r\nOK\r\n\r\n", Some(Mark::FakeLiteral)),
            ("hello\r\n", Some(Mark::Garbage)),
            ("OK \"go\"\r\nNO \"injected\"\r\n", Some(Mark::Injected)),
        ],
    },
    Words {
        protocol: Protocol::Lmtp,
        greetings: &[
            ("220 mx LMTP\r\n", None),
            ("220-mx\r\n220 LMTP\r\n", Some(Mark::Form)),
            ("421 busy\r\n", Some(Mark::Temporary)),
            ("554 no\r\n", Some(Mark::Refused)),
            ("hello\r\n", Some(Mark::Garbage)),
        ],
        lists: &[
            ("250-mx\r\n250-STARTTLS\r\n250 SIZE\r\n", None),
            (
                "250-mx\r\n250-StartTLS\r\n250 Ok NAME=<x>\r\n",
                Some(Mark::Form),
            ),
            ("250-mx\r\n250 SIZE\r\n", Some(Mark::NotListed)),
            ("250-mx\r\n250 XSTARTTLS\r\n", Some(Mark::PartOfAWord)),
            ("250-STARTTLS\r\n250 SIZE\r\n", Some(Mark::FirstLine)),
            ("250-mx\r\n250 AUTH STARTTLS\r\n", Some(Mark::InText)),
            ("500 what\r\n", Some(Mark::Refused)),
            ("450 later\r\n", Some(Mark::Temporary)),
            ("hello\r\n", Some(Mark::Garbage)),
        ],
        answers: &[
            ("220 go\r\n", None),
            ("220-go\r\n220 ahead\r\n", Some(Mark::Form)),
            ("454 no\r\n", Some(Mark::Temporary)),
            ("250 go\r\n", Some(Mark::Refused)),
            ("502 what\r\n", Some(Mark::Refused)),
            ("hello\r\n", Some(Mark::Garbage)),
            ("220 go\r\n250 injected\r\n", Some(Mark::Injected)),
        ],
    },
];

/// A server.
#[derive(Clone, Copy)]
pub(super) struct Case {
    words: &'static Words,
    /// The turns, by their indices.
    turns: [usize; 3],
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = self.words;
        let all = [words.greetings, words.lists, words.answers];
        let turns = all.iter().zip(self.turns).map(|(turns, at)| turns[at].0);
        let turns: Vec<&str> = turns.collect();
        write!(f, "{} {:?} {turns:?}", words.protocol, self.marks())
    }
}

impl Case {
    /// One by chance: most turns are sound.
    pub(super) fn throw(dice: &mut Dice) -> Self {
        let words = &ALL[dice.below(ALL.len())];
        let turns = [words.greetings, words.lists, words.answers];
        let turns = turns.map(|turns| {
            if dice.chance(60) {
                0
            } else {
                dice.below(turns.len())
            }
        });
        Self { words, turns }
    }

    pub(super) fn speaks(self) -> Protocol {
        self.words.protocol
    }

    pub(super) fn protocol(self) -> &'static str {
        self.words.protocol.as_str()
    }

    /// What is odd about it.
    pub(super) fn marks(self) -> Vec<Mark> {
        let words = self.words;
        let all = [words.greetings, words.lists, words.answers];
        let all = all.iter().zip(self.turns);
        all.filter_map(|(turns, at)| turns[at].1).collect()
    }

    pub(super) fn greeting(self) -> &'static str {
        self.words.greetings[self.turns[0]].0
    }

    /// The answer to a command; empty: there is none.
    pub(super) fn answer(self, command: &str) -> String {
        let (tag, verb) = match (self.speaks(), command.trim_end().split_once(' ')) {
            (Protocol::Imap, Some((tag, verb))) => (tag, verb),
            (_, Some((verb, _))) => ("", verb),
            (_, None) => ("", command.trim_end()),
        };
        let turn = match verb.to_ascii_uppercase().as_str() {
            "CAPABILITY" | "CAPA" | "LHLO" => self.words.lists[self.turns[1]].0,
            "STARTTLS" | "STLS" => self.words.answers[self.turns[2]].0,
            _ => "",
        };
        turn.replace("TAG", tag)
    }
}
