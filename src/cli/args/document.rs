//! Arguments of everything that reads documents.

use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;

/// Where documents come from and what is known about them.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Documents")]
pub struct DocumentArgs {
    /// Files and folders; "-" or nothing: stdin. Folders are walked in order for .html, .htm, .txt and .jsonl
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How the input is written; `auto` goes by the file name's ending, then by the content
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: InputFormat,
    /// Headline, known apart from the content (for one document)
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Charset that the source declares, as a WHATWG label such as gb18030; detected when not given
    #[arg(long, value_name = "LABEL")]
    pub charset: Option<String>,
    /// What 今年, 上月 or 5月 are resolved against: an RFC 3339 instant, or a date or time in --time-zone
    #[arg(long, value_name = "TIME")]
    pub reference_time: Option<String>,
    /// IANA zone of the reference time
    #[arg(long, value_name = "ZONE", default_value = "Asia/Shanghai")]
    pub time_zone: String,
}

/// How input is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum InputFormat {
    /// By ending, then by content.
    #[default]
    Auto,
    /// A page or a fragment.
    Html,
    /// Taken literally.
    Text,
    /// One JSON object a line with id, title, and text or html.
    Jsonl,
}

/// Which topics to return.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Topics")]
pub struct TopicArgs {
    /// At most this many topics, best first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub top_k: Option<u32>,
    /// Select from this probability instead of each topic's own threshold
    #[arg(long, value_name = "P", value_parser = share)]
    pub min_probability: Option<f64>,
    /// Only these topics, by id
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    pub labels: Vec<String>,
    /// Also topics under their threshold
    #[arg(long)]
    pub all: bool,
    /// Say why: the strongest words, or the sentences too and what would change the verdict
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub explain: Option<Explain>,
    /// Also each paragraph by itself
    #[arg(long)]
    pub paragraphs: bool,
}

/// How much reasoning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Explain {
    /// The strongest words.
    Features,
    /// Also sentences and a counterfactual.
    Sentences,
}

/// Which facts to return.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Facts")]
pub struct FactArgs {
    /// Only these kinds
    #[arg(long, value_enum, value_name = "KIND,…", value_delimiter = ',')]
    pub types: Vec<Kind>,
    /// Leave out what is less sure than this
    #[arg(long, value_name = "C", value_parser = share)]
    pub min_confidence: Option<f64>,
    /// Also every number without a unit, ordinal, time of day and length of time
    #[arg(long)]
    pub thorough: bool,
}

/// Kinds of entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// 蔡奇
    Person,
    /// 国家发展改革委
    Organization,
    /// 通州区
    Place,
    /// 开发区
    Zone,
    /// 5月
    Time,
    /// 23家
    Quantity,
    /// 《…》
    Document,
    /// 市委书记
    Post,
}

/// How to answer.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// One line of canonical protobuf JSON per document (wenmai.v1.DocumentResult)
    #[arg(long)]
    pub json: bool,
    /// What offsets count; bytes of the input as it is when not given. Any other unit counts in the decoded text
    #[arg(long, value_enum, value_name = "UNIT")]
    pub offsets: Option<Offsets>,
    /// Also the text that was analysed, with its paragraphs
    #[arg(long)]
    pub clean_text: bool,
    /// Also the SHA-256 of each document
    #[arg(long)]
    pub digest: bool,
    /// Answers in the order of the input; this is the default and undoes --unordered
    #[arg(long, overrides_with = "unordered")]
    pub ordered: bool,
    /// Answers as they are ready; "index" says where each belongs
    #[arg(long)]
    pub unordered: bool,
    /// Documents in work at once; the answers are the same at any number. All cores when not given
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Columns of the report; as wide as the terminal when not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub width: Option<u16>,
}

/// What offsets count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Offsets {
    /// Bytes of the input as it is (files and stdin)
    Raw,
    /// Bytes of the decoded text: Rust, Go, C++
    Utf8,
    /// UTF-16 code units: Java, C#, JavaScript
    Utf16,
    /// Unicode scalar values: Python, SQL
    CodePoints,
}

/// Who answers.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Model and server")]
pub struct BackendArgs {
    /// Model bundle to use instead of the built-in one
    #[arg(long, value_name = "DIR", conflicts_with = "target")]
    pub model: Option<PathBuf>,
    /// Ask a running server instead: http://host:port or https://host:port
    #[arg(long, value_name = "URL")]
    pub target: Option<String>,
    /// Send all documents on one call instead of one call each: for many documents. It goes on where it was when the
    /// connection breaks or the server is replaced, and no document is answered twice or left out
    #[arg(long, requires = "target")]
    pub stream: bool,
    /// Model that the server shall answer with; its default one when not given
    #[arg(long, value_name = "NAME", requires = "target")]
    pub model_name: Option<String>,
    /// Exact version of the model
    #[arg(long, value_name = "VERSION", requires = "target", conflicts_with = "model_alias")]
    pub model_version: Option<String>,
    /// Movable name of a version, such as "canary"; "stable" when not given
    #[arg(long, value_name = "ALIAS", requires = "target")]
    pub model_alias: Option<String>,
    /// How to get there.
    #[command(flatten)]
    pub access: AccessArgs,
}

/// How to get to a server.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Model and server")]
pub struct AccessArgs {
    /// Certificate authority that signed the server's certificate, as PEM; the system's own when not given
    #[arg(long, alias = "ca", value_name = "FILE", requires = "target")]
    pub tls_ca: Option<PathBuf>,
    /// Certificate to show to a server that asks who is calling, as PEM
    #[arg(long, value_name = "FILE", requires = "target", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of that certificate, as PEM
    #[arg(long, value_name = "FILE", requires = "target", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Key that the server asks for; a file is safer, arguments can be seen by other users
    #[arg(long = "key", env = "WENMAI_API_KEY", hide_env_values = true, value_name = "KEY")]
    pub key: Option<String>,
    /// File that holds the key
    #[arg(long, value_name = "FILE", requires = "target")]
    pub api_key_file: Option<PathBuf>,
    /// Seconds that one document may take on the server, waiting included
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub timeout: u32,
}

/// Parses a number in [0, 1].
fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        Ok(_) | Err(_) => Err("a number from 0 to 1 is needed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_bounded() {
        assert_eq!(share("0.5"), Ok(0.5));
        for wrong in ["-0.1", "1.01", "NaN", "inf", "x", ""] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }
}
