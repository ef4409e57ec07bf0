//! What libpq itself reads in the same strings, over generated ones.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::*;

/// How many strings of each form are compared.
const CASES: u32 = 20_000;

/// Pieces of URIs, those that mean something more often than not.
const URI: &[&str] = &[
    "postgres://",
    "postgresql://",
    "u",
    "user",
    ":",
    "@",
    "/",
    "?",
    "&",
    "=",
    ",",
    "[",
    "]",
    "[::1]",
    "h",
    "db.example",
    "5432",
    "pa?ss",
    "pa:ss",
    "pa/ss",
    "pa#ss",
    "%40",
    "%3a",
    "%2Ftmp",
    "%",
    "%0",
    "%00",
    "%zz",
    "%6d",
    "ssl%6dode=require",
    "sslmode=require",
    "sslmode=",
    "ssl=true",
    "ssl=false",
    "host=/tmp",
    "options=-csearch_path%3Da",
    "application_name=a@b",
    "nonsense=1",
    "dbname=x",
    "user=%C3%A9",
    "é",
    "'",
    "\\",
    "connect_timeout=3",
    "port=1,2",
    "hostaddr=::1",
    "?",
    "&",
    "@",
    ":",
];

/// Pieces of `keyword=value` strings.
const KEYWORDS_AND_VALUES: &[&str] = &[
    "host",
    "port",
    "user",
    "password",
    "dbname",
    "sslmode",
    "options",
    "=",
    "=",
    "=",
    " ",
    " ",
    "  ",
    "\t",
    "\n",
    "\u{b}",
    "'",
    "'",
    "\\",
    "\\'",
    "\\\\",
    "a",
    "b c",
    "é",
    "'a b'",
    "''",
    "host=h",
    "user = u",
    "port=1",
    "password='it\\'s'",
    "nonsense",
    "%40",
    "://",
    "@",
    "sslmode=verify-full",
    "sslrootcert=/tmp/ca.pem",
    "dbname='x'",
    "application_name='a=b'",
    "service=s",
];

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn of(&mut self, pieces: &[&str], at_most: usize) -> String {
        let count = 1 + self.below(at_most);
        (0..count)
            .map(|_| pieces[self.below(pieces.len())])
            .collect()
    }

    fn maybe(&mut self, text: String) -> String {
        match self.below(4) {
            0 => String::new(),
            _ => text,
        }
    }

    /// A URI whose parts are mostly where they belong.
    fn uri(&mut self) -> String {
        let user = self.of(URI, 2);
        let password = self.of(URI, 3);
        let credentials = format!("{user}:{password}@");
        let hosts = [
            "h",
            "h:5432",
            "[::1]:5433",
            "h,i",
            "h:1,i:2",
            "%2Ftmp",
            "h:",
            ":5432",
            "",
            "a@b",
        ][self.below(10)];
        let database = format!("/{}", self.of(URI, 2));
        let query = format!(
            "?{}={}&{}",
            self.of(URI, 2),
            self.of(URI, 1),
            self.of(URI, 3)
        );
        let parts = [
            self.maybe(credentials),
            hosts.to_owned(),
            self.maybe(database),
            self.maybe(query),
        ];
        format!("postgres://{}", parts.concat())
    }
}

fn generated() -> Vec<String> {
    let mut random = Random(9);
    let mut cases = Vec::new();
    for _ in 0..CASES / 2 {
        cases.push(random.uri());
        cases.push(format!("postgresql://{}", random.of(URI, 9)));
        cases.push(random.of(KEYWORDS_AND_VALUES, 9));
        cases.push(format!("user=u {}", random.of(KEYWORDS_AND_VALUES, 7)));
    }
    cases
}

/// The options that libpq knows, and for each string its values.
type Answers = (BTreeSet<String>, Vec<Option<BTreeMap<String, String>>>);

/// Every answer of libpq: the values, `None` where it refuses the string; and the options that it knows.
fn libpq(cases: &[String]) -> Option<Answers> {
    let folder = testkit::Folder::new("conninfo");
    let program = folder.path().join("libpq");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/wire/conninfo/libpq.c");
    let built = Command::new("cc")
        .arg(source)
        .arg("-o")
        .arg(&program)
        .arg("-l:libpq.so.5")
        .stderr(Stdio::null())
        .status();
    let output = built
        .ok()
        .filter(|status| status.success())
        .map(|_| ask(&program, cases));
    let output = String::from_utf8_lossy(&output?).into_owned();
    let mut words = output.split('\0').map(str::to_owned);
    let known = words.by_ref().take_while(|word| !word.is_empty()).collect();
    let answers = cases.iter().map(|_| {
        let is_read = words.next().unwrap() == "read";
        let mut values = BTreeMap::new();
        while let Some(keyword) = words.next().filter(|word| !word.is_empty()) {
            let value = words.next().unwrap();
            values.insert(keyword, value[1..].to_owned());
        }
        is_read.then_some(values)
    });
    let answers = answers.collect();
    Some((known, answers))
}

fn ask(program: &Path, cases: &[String]) -> Vec<u8> {
    let mut command = Command::new(program);
    let child = command
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = child.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let strings: String = cases.iter().map(|case| format!("{case}\0")).collect();
    let writer = std::thread::spawn(move || input.write_all(strings.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    output.stdout
}

/// Why a string that libpq reads is refused here on purpose.
const ON_PURPOSE: [&str; 4] = [EMPTY, SPACE, NOT_UTF8, UNENCODED];

#[test]
fn libpq_reads_the_same_in_generated_strings() {
    let cases = generated();
    let Some((known, answers)) = libpq(&cases) else {
        testkit::skip(testkit::test_name!(), "no C compiler or no libpq here");
        return;
    };
    for name in &known {
        assert!(keywords::find(name).is_some(), "libpq knows {name}");
    }
    let (mut same, mut refused, mut stricter) = (0, 0, 0);
    for (case, theirs) in cases.iter().zip(answers) {
        let ours = parse(case);
        match (&ours, &theirs) {
            (Ok(ours), Some(theirs)) => {
                let ours: BTreeMap<String, String> = ours
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.clone()))
                    .collect();
                assert_eq!(&ours, theirs, "{case:?}");
                same += 1;
            }
            (Err(_), None) => refused += 1,
            (Err(message), Some(_)) => {
                assert!(
                    ON_PURPOSE.contains(&message.as_str()),
                    "{case:?}: {message}"
                );
                stricter += 1;
            }
            (Ok(_), None) => panic!("only libpq refuses {case:?}"),
        }
    }
    say(&format!(
        "{} connection strings: {same} read as libpq reads them, {refused} refused by both, {stricter} refused on purpose",
        cases.len()
    ));
    assert!(same > 5_000 && refused > 5_000, "{same} {refused}");
}

/// Reports past the capture of output.
fn say(text: &str) {
    let written = std::io::stderr().write_all(format!("{text}\n").as_bytes());
    written.expect("standard error");
}
