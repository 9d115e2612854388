//! Files with generated keys: written once, whole, readable by their owner alone, never inside the store's folder.

use crate::failure::Failure;
use crate::secret;
use crate::settings::Settings;
use secrecy::SecretString;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

pub(crate) const DATABASE_KEY: &str = "database.key";
pub(crate) const SECRET_KEY: &str = "secret.key";
pub(crate) const ADMIN_KEY: &str = "admin.key";

/// The secrets that everything stored depends on.
pub(crate) struct Masters {
    /// Encrypts the store.
    pub(crate) database: SecretString,
    /// Seals originals.
    pub(crate) secret: SecretString,
    /// Sealed them before.
    pub(crate) previous: Option<SecretString>,
}

/// Takes the masters from the settings or their files. Where both are missing and there is no store yet, makes them.
///
/// # Errors
/// When a file cannot be read or written, or when a store exists whose keys are missing.
pub(crate) fn masters(settings: &Settings, store: &Path) -> Result<Masters, Failure> {
    let dir = &settings.keys.dir;
    Ok(Masters {
        database: master(settings.database.key.as_ref(), dir, DATABASE_KEY, store)?,
        secret: master(settings.secret.key.as_ref(), dir, SECRET_KEY, store)?,
        previous: settings.secret.previous_key.clone(),
    })
}

fn master(
    set: Option<&SecretString>,
    dir: &Path,
    name: &str,
    store: &Path,
) -> Result<SecretString, Failure> {
    if let Some(secret) = set {
        return Ok(secret.clone());
    }
    let path = dir.join(name);
    if let Some(secret) = read(&path)? {
        return Ok(secret);
    }
    if store.exists() {
        let message =
            format!("open the store {}: its key {} is missing", store.display(), path.display());
        let variable = if name == DATABASE_KEY { "DATABASE_KEY" } else { "SECRET_KEY" };
        return Err(Failure::new(message).hint(format!(
            "put the file back from your copy, or set {variable}; without it the store cannot be read"
        )));
    }
    write(dir, name, &data_encoding::HEXLOWER.encode(&secret::random::<{ secret::KEY_BYTES }>()))?;
    // What is there now is ours, or that of a second tacitd that starts with us.
    read(&path)?
        .ok_or_else(|| Failure::new(format!("read the key {}: it is gone again", path.display())))
}

/// Reads a key file; `None` where there is none.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn read(path: &Path) -> Result<Option<SecretString>, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            tighten(path);
            Ok(Some(text.trim_end().into()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::because(format!("read the key {}", path.display()), &error)),
    }
}

/// Warns of a key file that others can read; the fault may be an unpacked backup, and the start must not fail over it.
fn tighten(path: &Path) {
    let open = std::fs::metadata(path).is_ok_and(|found| found.mode() & 0o077 != 0);
    if open {
        tracing::warn!(path = %path.display(), "others can read this key file: chmod 600 it");
    }
}

/// Writes a key file; one that is there already stays.
///
/// # Errors
/// When the folder or the file cannot be made.
pub(crate) fn write(dir: &Path, name: &str, content: &str) -> Result<(), Failure> {
    let path = dir.join(name);
    let failed = |error: io::Error| {
        Failure::because(format!("write the key {}", path.display()), &error)
            .hint("choose a folder that can be written with --keys.dir, or give the keys by their variables")
    };
    let build = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    build.map_err(failed)?;
    let aside = dir.join(format!(".{name}.{}", std::process::id()));
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside).and_then(
        |mut file| {
            file.write_all(content.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            // A link, unlike a rename, never replaces what somebody else has just put there.
            std::fs::hard_link(&aside, &path)?;
            File::open(dir)?.sync_all()
        },
    );
    drop(std::fs::remove_file(&aside));
    match made {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map_err(failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn a_master_is_made_once_and_only_before_the_store() {
        let dir = tempfile::tempdir().unwrap();
        let keys = dir.path().join("keys");
        let store = dir.path().join("tacit.db");
        let first = master(None, &keys, SECRET_KEY, &store).ok().unwrap();
        assert_eq!(first.expose_secret().len(), 64);
        let mode = std::fs::metadata(keys.join(SECRET_KEY)).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::metadata(&keys).unwrap().mode() & 0o777, 0o700);

        std::fs::write(&store, "").unwrap();
        let second = master(None, &keys, SECRET_KEY, &store).ok().unwrap();
        assert_eq!(first.expose_secret(), second.expose_secret());
        let missing = master(None, &keys, DATABASE_KEY, &store).err().unwrap();
        assert!(missing.message.contains("database.key is missing"), "{}", missing.message);
        assert!(!keys.join(DATABASE_KEY).exists(), "no new key hides the loss");
    }

    #[test]
    fn a_key_file_is_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), ADMIN_KEY, "first").unwrap();
        write(dir.path(), ADMIN_KEY, "second").unwrap();
        assert_eq!(std::fs::read_to_string(dir.path().join(ADMIN_KEY)).unwrap(), "first\n");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left aside");
    }
}
