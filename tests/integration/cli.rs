//! The program as a user meets it: arguments in, output and exit code out.

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use serde_json::Value;

/// Invented; see `examples/`.
const ARTICLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/article.html");
const ROWS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/documents.jsonl");

fn wenmai(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wenmai"));
    command.args(arguments).stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "RUST_LOG", "WENMAI_API_KEY"] {
        command.env_remove(name);
    }
    command
}

fn run(arguments: &[&str]) -> Output {
    wenmai(arguments).output().unwrap()
}

/// Runs with `input` on stdin.
fn pipe(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = wenmai(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    out(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The exit code and the one sentence on stderr.
#[track_caller]
fn fails(arguments: &[&str], code: i32, sentence: &str) {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", err(&output));
    assert_eq!(err(&output), format!("error: {sentence}\n"), "{arguments:?}");
}

fn folder() -> (tempfile::TempDir, impl Fn(&str, &[u8]) -> PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    let write = move |name: &str, content: &[u8]| {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    };
    (folder, write)
}

#[test]
fn help_shows_examples_and_exit_codes() {
    let output = run(&["--help"]);
    assert!(output.status.success());
    assert!(out(&output).contains("Exit codes:\n  0  done"), "{}", out(&output));
    for command in ["serve", "classify", "extract", "analyze"] {
        let help = out(&run(&[command, "--help"]));
        assert!(help.contains("Examples:\n  wenmai "), "{command}: {help}");
    }
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    for (code, row) in wenmai::cli::exit::TABLE.lines().skip(1).enumerate() {
        let meaning = row.trim_start_matches([' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        assert!(readme.contains(&format!("| {code} | {meaning} |")), "README: {row}");
    }
}

#[test]
fn wrong_usage_is_code_2() {
    for arguments in [
        &["nonsense"][..],
        &["classify", "--no-such-flag"],
        &["classify", "--min-probability", "2", ARTICLE],
        &["extract", "--types", "animal", ARTICLE],
        &["analyze", "--jobs", "0", ARTICLE],
        &["analyze", "--model", "x", "--target", "http://localhost:1", ARTICLE],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(err(&output).starts_with("error: "), "{arguments:?}: {}", err(&output));
    }
    fails(
        &["extract", "--reference-time", "soon", ARTICLE],
        2,
        "reference time \"soon\" is neither an RFC 3339 instant nor a date or date-time",
    );
    fails(&["extract", "--time-zone", "Mars/Base", ARTICLE], 2, "unknown time zone \"Mars/Base\"");
    fails(
        &["analyze", "--target", "localhost:50051", ARTICLE],
        2,
        "--target \"localhost:50051\": must begin with http:// or https://",
    );
}

#[test]
fn a_label_that_the_model_lacks_is_wrong_usage() {
    let output = run(&["classify", "--labels", "industry,nonsense", ARTICLE]);
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
    assert!(err(&output).contains("no label \"nonsense\""), "{}", err(&output));
}

#[test]
fn missing_files_are_code_3_before_anything_is_read() {
    fails(&["analyze", ARTICLE, "no/such/file.html"], 3, "no/such/file.html: no such file or folder");
}

#[test]
fn servers_out_of_reach_are_code_6() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = run(&["analyze", "--target", &format!("http://{free}"), ARTICLE]);
    assert_eq!(output.status.code(), Some(6), "{}", err(&output));
    assert!(err(&output).starts_with(&format!("error: http://{free}: cannot connect")), "{}", err(&output));
}

/// A server of our own on a free port, ended with the test.
struct Server {
    child: std::process::Child,
    url: String,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend(arguments);
        let mut child = wenmai(&all).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut ready).unwrap();
        let Some((_, url)) = ready.trim_end().split_once(" serves on ") else {
            let mut complaint = String::new();
            child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
            panic!("{ready:?} {complaint}");
        };
        Self { url: url.to_owned(), child }
    }

    /// Asks it to stop, and waits for its exit code and its log.
    fn stop(mut self) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_server_gives_the_same_bytes_and_stops_when_told() {
    let server = Server::start(&["--log-format", "json"]);
    let (_folder, write) = folder();
    let rows =
        "{\"id\":\"a\",\"text\":\"苏州市副市长主持召开会议。\"}\n{\n{\"id\":\"empty\",\"text\":\"\"}\n";
    let rows = write("rows.jsonl", rows.as_bytes());
    let page = write("page.html", &encoding_rs::GB18030.encode("<h1>题</h1><p>苏州市召开会议。</p>").0);
    let inputs = [ARTICLE, ROWS, rows.to_str().unwrap(), page.to_str().unwrap()];
    for options in [
        &["analyze", "--json"][..],
        &["analyze", "--json", "--explain", "sentences", "--all", "--paragraphs", "--clean-text", "--digest"],
        &["extract", "--json", "--offsets", "utf16", "--reference-time", "2025-04-19"],
        &["classify", "--width", "80"],
    ] {
        let mut arguments = options.to_vec();
        arguments.extend(inputs);
        let own = run(&arguments);
        arguments.extend(["--target", &server.url]);
        let remote = run(&arguments);
        assert_eq!(out(&own), out(&remote), "{options:?}");
        assert_eq!(own.status.code(), Some(1), "{options:?}: {}", err(&own));
        assert_eq!((remote.status.code(), err(&remote)), (own.status.code(), err(&own)));
    }
    let (code, log) = server.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{log}");
    assert!(!log.contains("苏州"), "no text of a document in the log: {log}");
}

#[test]
fn servers_refuse_impossible_settings_and_taken_addresses() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    fails(&["serve", "--listen", &address], 3, &format!("{address}: the address is in use"));
    let output = run(&["serve", "--listen", "127.0.0.1:0", "--max-document-bytes", "100000000"]);
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
    assert!(err(&output).contains("max_request_bytes"), "{}", err(&output));
    let output = run(&["serve", "--log", "=nonsense=", "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
}

#[test]
fn limits_of_the_server_are_said_per_document() {
    let server = Server::start(&["--max-document-bytes", "1000", "--log", "off"]);
    let (_folder, write) = folder();
    let large = write("large.txt", "苏州".repeat(1000).as_bytes());
    let small = write("small.txt", "苏州市召开会议。".as_bytes());
    let inputs = [large.to_str().unwrap(), small.to_str().unwrap()];
    let output = run(&["extract", "--json", "--target", &server.url, inputs[0], inputs[1]]);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    let results = lines(&output);
    let info = results[0]["error"]["details"].as_array().unwrap();
    assert!(info.iter().any(|detail| detail["reason"] == "DOCUMENT_TOO_LARGE"), "{}", results[0]);
    assert!(results[1]["analysis"].is_object());
}

#[test]
fn broken_bundles_are_code_5() {
    let (folder, write) = folder();
    write("manifest.json", b"{}");
    let output = run(&["analyze", "--model", folder.path().to_str().unwrap(), ARTICLE]);
    assert_eq!(output.status.code(), Some(5), "{}", err(&output));
    assert_eq!(err(&output).lines().count(), 1, "{}", err(&output));
}

#[test]
fn json_is_one_line_per_document() {
    let output = run(&["analyze", "--json", ARTICLE, ROWS]);
    assert!(output.status.success(), "{}", err(&output));
    let results = lines(&output);
    let ids: Vec<_> = results.iter().map(|result| result["documentId"].as_str().unwrap()).collect();
    assert_eq!(ids, [ARTICLE, "rail-1", "farm-2"]);
    assert_eq!(results[0].get("index"), None, "0 is the default");
    assert_eq!(results[2]["index"], "2", "64-bit numbers are strings");
    for result in &results {
        assert!(result["analysis"]["classification"].is_object(), "{result}");
        assert!(result["analysis"]["extraction"].is_object(), "{result}");
    }
}

#[test]
fn commands_answer_what_they_are_named_for() {
    let parts = |command| {
        let result = lines(&run(&[command, "--json", ARTICLE])).remove(0);
        ["classification", "extraction"].map(|part| result["analysis"].get(part).is_some())
    };
    assert_eq!(parts("classify"), [true, false]);
    assert_eq!(parts("extract"), [false, true]);
    assert_eq!(parts("analyze"), [true, true]);
}

#[test]
fn raw_offsets_count_the_bytes_of_the_file() {
    let text = "　　市政府印发《苏州市推进方案》。";
    let (_folder, write) = folder();
    let bytes = encoding_rs::GB18030.encode(text).0.into_owned();
    let path = write("gb.txt", &bytes);
    let path = path.to_str().unwrap();
    let spans = |offsets: &[&str]| {
        let mut arguments = vec!["extract", "--json", "--types", "document", path];
        arguments.extend(offsets);
        let result = lines(&run(&arguments)).remove(0);
        let span = result["analysis"]["extraction"]["entities"][0]["mentions"][0]["span"].clone();
        (
            span["start"].as_u64().unwrap() as usize,
            span["end"].as_u64().unwrap() as usize,
            span["text"].clone(),
        )
    };
    let (start, end, found) = spans(&[]);
    assert_eq!(encoding_rs::GB18030.decode(&bytes[start..end]).0, found.as_str().unwrap());
    let (start, end, found) = spans(&["--offsets", "utf8"]);
    assert_eq!(&text[start..end], found.as_str().unwrap());
    let (start, end, found) = spans(&["--offsets", "code-points"]);
    assert_eq!(text.chars().skip(start).take(end - start).collect::<String>(), found.as_str().unwrap());
    let (start, end, found) = spans(&["--offsets", "utf16"]);
    let units: Vec<u16> = text.encode_utf16().collect();
    assert_eq!(String::from_utf16(&units[start..end]).unwrap(), found.as_str().unwrap());
}

#[test]
fn broken_rows_are_results_and_the_rest_goes_on() {
    let rows = "{\"id\":\"a\",\"text\":\"苏州召开产业推进会。\"}\n{\"id\":\n\n{\"id\":\"empty\",\"text\":\" \"}\n{\"title\":\"苏州召开产业推进会\"}\n";
    let output = pipe(&["analyze", "--json"], rows.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(err(&output), "error: 2 of 4 documents failed\n");
    let results = lines(&output);
    let ids: Vec<_> = results.iter().map(|result| result["documentId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["a", "-:2", "empty", "-:5"]);
    let error = &results[1]["error"];
    assert_eq!(error["code"], 3);
    assert_eq!(error["message"], "-:2: broken JSON at column 6: EOF while parsing a value");
    assert_eq!(error["details"][0]["@type"], "type.googleapis.com/google.rpc.ErrorInfo");
    assert_eq!(error["details"][0]["metadata"]["line"], "2");
    let error = &results[2]["error"];
    assert_eq!(error["details"][0]["fieldViolations"][0]["field"], "document.content", "{error}");
    assert!(results[0]["analysis"].is_object() && results[3]["analysis"].is_object());
}

#[test]
fn folders_are_walked_in_order_and_hidden_files_left_alone() {
    let (folder, write) = folder();
    for name in ["b.txt", "a/z.htm", "a/c.HTML", "a/.hidden.txt", ".git/x.txt", "notes.md", "c.jsonl"] {
        write(name, br#"{"id":"row","text":"x"}"#);
    }
    let output = run(&["extract", "--json", folder.path().to_str().unwrap()]);
    let ids: Vec<String> = lines(&output)
        .iter()
        .map(|result| {
            let id = Path::new(result["documentId"].as_str().unwrap());
            id.strip_prefix(folder.path()).unwrap_or(id).to_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(ids, ["a/c.HTML", "a/z.htm", "b.txt", "row"]);
}

#[test]
fn any_number_of_jobs_gives_the_same_bytes() {
    let rows: String = (0..60)
        .map(|number| {
            let text = format!("{number}月，苏州市新开工项目{number}个。").repeat(number % 7 + 1);
            format!("{}\n", serde_json::json!({ "id": number, "title": "", "text": text }))
        })
        .collect();
    let one = pipe(&["analyze", "--json", "--jobs", "1"], rows.as_bytes());
    assert_eq!(lines(&one).len(), 60);
    for jobs in ["2", "7"] {
        let many = pipe(&["analyze", "--json", "--jobs", jobs], rows.as_bytes());
        assert!(one.stdout == many.stdout, "{jobs} jobs differ");
    }
    let unordered = pipe(&["analyze", "--json", "--unordered"], rows.as_bytes());
    let sorted = |output: &Output| {
        let mut lines: Vec<_> = out(output).lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&one), sorted(&unordered));
}

#[test]
fn reports_are_plain_in_pipes_and_coloured_on_demand() {
    let escape = '\u{1b}';
    let plain = out(&run(&["analyze", ARTICLE]));
    assert!(!plain.contains(escape));
    assert!(plain.contains("主题 Topics") && plain.contains("苏州工业园区"), "{plain}");
    let coloured = out(&run(&["analyze", "--color", "always", ARTICLE]));
    assert!(coloured.contains(escape));
    assert_eq!(anstream_free(&coloured), plain, "colour changes nothing else");
    let asked = |name, value, arguments: &[&str]| {
        out(&wenmai(arguments).env(name, value).output().unwrap()).contains(escape)
    };
    assert!(asked("CLICOLOR_FORCE", "1", &["analyze", ARTICLE]));
    assert!(!asked("NO_COLOR", "1", &["analyze", ARTICLE]));
    assert!(!asked("CLICOLOR_FORCE", "1", &["analyze", "--color", "never", ARTICLE]));
}

/// Text without its SGR sequences.
fn anstream_free(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    out + rest
}

#[test]
fn reports_keep_to_their_width() {
    for width in ["40", "72", "120"] {
        let report = out(&run(&["analyze", "--explain", "sentences", "--width", width, ARTICLE]));
        let limit: usize = width.parse().unwrap();
        for line in report.lines() {
            let columns = unicode_width::UnicodeWidthStr::width(line);
            // A closing mark may hang over rather than begin a line.
            assert!(columns <= limit + 2, "{columns} columns of {width}: {line}");
        }
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let rows = "{\"text\":\"苏州召开产业推进会。\"}\n".repeat(3000);
    for arguments in [&["analyze", "--json"][..], &["analyze"]] {
        let mut child = wenmai(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let rows = rows.clone();
        // stdin stays open: the program must end although its reader still waits.
        let writer = std::thread::spawn(move || {
            drop(stdin.write_all(rows.as_bytes()));
            stdin
        });
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0; 100]).unwrap();
        drop(stdout);
        let mut complaint = String::new();
        child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
        assert_eq!((child.wait().unwrap().code(), complaint.as_str()), (Some(0), ""));
        drop(writer.join());
    }
}

#[test]
fn stdin_is_told_apart_by_its_beginning() {
    let format = |arguments: &[&str], input: &str| {
        let mut all = vec!["extract", "--json"];
        all.extend(arguments);
        let result = lines(&pipe(&all, input.as_bytes())).remove(0);
        let format = result["analysis"]["stats"]["format"].as_str().unwrap_or("none").to_owned();
        (result["documentId"].as_str().unwrap().to_owned(), format)
    };
    let read = |id: &str, format: &str| (id.to_owned(), format.to_owned());
    let (html, text) = ("CONTENT_FORMAT_HTML", "CONTENT_FORMAT_PLAIN_TEXT");
    assert_eq!(format(&[], "<p>苏州召开会议。</p>"), read("-", html));
    assert_eq!(format(&[], "苏州召开会议。"), read("-", text));
    assert_eq!(format(&["-"], "{\"id\":\"a\",\"html\":\"<p>苏州</p>\"}"), read("a", html));
    assert_eq!(format(&["--format", "text"], "{\"id\":\"a\"}苏州"), read("-", text));
    assert_eq!(format(&["--format", "text"], "<p>苏州召开会议。</p>"), read("-", text));
}

#[test]
fn arbitrary_bytes_neither_panic_nor_lose_a_document() {
    use proptest::test_runner::Config;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::new(Config { cases: 24, ..Config::default() });
    let bytes = proptest::collection::vec(proptest::num::u8::ANY, 0..400);
    runner
        .run(&bytes, |input| {
            for format in ["auto", "html", "text", "jsonl"] {
                let output = pipe(&["analyze", "--json", "--format", format], &input);
                let code = output.status.code();
                proptest::prop_assert!(matches!(code, Some(0 | 1)), "{code:?}: {}", err(&output));
                proptest::prop_assert!(!out(&output).contains("\"code\":13"), "{}", out(&output));
                if format == "html" {
                    proptest::prop_assert_eq!(lines(&output).len(), 1);
                }
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_dictionary_is_compiled_and_compared_with_jieba() {
    let (_folder, write) = folder();
    let words = write("words.txt", "长江 10 ns\n大桥 10\n江大 3\n长 1\nＡ股 4\n".as_bytes());
    let compiled = write("dictionary.bin", b"");
    let arguments =
        ["train", "dictionary", "--words", words.to_str().unwrap(), "--out", compiled.to_str().unwrap()];
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    // Folded text cannot hold the full-width letter.
    assert!(out(&output).contains("words                       4\n"), "{}", out(&output));
    let bytes: &'static [u8] = std::fs::read(&compiled).unwrap().leak();
    let table = wenmai::segment::table::Table::parse(bytes).unwrap();
    assert_eq!((table.words().len(), table.total()), (4, 28));
    let broken = write("broken.txt", "长江 10\n大桥\n".as_bytes());
    let name = broken.to_str().unwrap();
    let out = compiled.to_str().unwrap();
    let fails_on = |name: &str, code, reason: &str| {
        fails(&["train", "dictionary", "--words", name, "--out", out], code, &format!("{name}: {reason}"));
    };
    fails_on(name, 4, "line 2: no frequency");
    fails_on(write("empty.txt", b"").to_str().unwrap(), 4, "holds no word that text could hold");
    fails_on(write("latin.txt", b"\xB3\xA4 3").to_str().unwrap(), 4, "is not UTF-8");
    fails_on("no such file", 3, "no such file or folder");
    assert_eq!(std::fs::read(&compiled).unwrap(), bytes, "a refused list leaves the old dictionary");
}
