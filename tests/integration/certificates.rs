//! Certificates as an authority makes them, with openssl: good, ended, for another host, and revoked.

use std::path::PathBuf;
use std::process::Command;

/// A certificate authority in a folder of its own.
pub(crate) struct Authority {
    folder: tempfile::TempDir,
}

/// When a certificate is good.
#[derive(Clone, Copy)]
pub(crate) enum Term {
    Now,
    Ended,
}

const SETTINGS: &str = "\
[ca]
default_ca = here
[here]
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_days = 2
default_crl_days = 2
policy = policy
copy_extensions = copy
unique_subject = no
[policy]
commonName = supplied
";

impl Authority {
    /// A new one; none without openssl.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let authority = Self { folder: tempfile::tempdir().unwrap() };
        for (file, content) in
            [("ca.cnf", SETTINGS), ("index.txt", ""), ("serial", "1000\n"), ("crlnumber", "1000\n")]
        {
            std::fs::write(authority.path(file), content).unwrap();
        }
        if Command::new("openssl").arg("version").output().is_err() {
            println!("skipped: no openssl here to make certificates with");
            return None;
        }
        authority.openssl(&format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN={name} -keyout \
             ca.key -out ca.pem"
        ));
        Some(authority)
    }

    fn openssl(&self, arguments: &str) {
        let output = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Makes `NAME.pem` and `NAME.key` for a host.
    pub(crate) fn issue(&self, name: &str, host: &str, term: Term) {
        self.openssl(&format!(
            "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN={name} -addext \
             subjectAltName=DNS:{host} -keyout {name}.key -out {name}.csr"
        ));
        let term = match term {
            Term::Now => "",
            Term::Ended => " -startdate 20200101000000Z -enddate 20200201000000Z",
        };
        self.openssl(&format!("ca -batch -notext -config ca.cnf -in {name}.csr -out {name}.pem{term}"));
    }

    /// Revokes it, and writes the list of what is revoked to `crl.pem`.
    pub(crate) fn revoke(&self, name: Option<&str>) {
        if let Some(name) = name {
            self.openssl(&format!("ca -config ca.cnf -revoke {name}.pem"));
        }
        self.openssl("ca -config ca.cnf -gencrl -out crl.pem");
    }

    /// A file of it.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// The same as text.
    pub(crate) fn file(&self, file: &str) -> String {
        self.path(file).to_str().unwrap().to_owned()
    }

    /// The same, read.
    pub(crate) fn read(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.path(file)).unwrap()
    }

    /// Puts one certificate in the place of another, key first, each in one step as a rotation should.
    pub(crate) fn replace(&self, name: &str, by: &str) {
        for ending in ["key", "pem"] {
            std::fs::copy(self.path(&format!("{by}.{ending}")), self.path("next")).unwrap();
            std::fs::rename(self.path("next"), self.path(&format!("{name}.{ending}"))).unwrap();
        }
    }
}
