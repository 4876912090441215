//! Who this node is: an id and a secret, one unit (spec/client 1.2, 33.2).

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nomad_core::id::{AllocId, NodeId};
use nomad_core::secret::Secret;

use super::IdentityError;

/// Who this node is.
#[derive(Clone)]
pub struct Identity {
    /// Its id.
    pub node_id: NodeId,
    /// What proves it.
    pub secret: Secret<String>,
}

impl Identity {
    /// A new one, drawn from the kernel.
    ///
    /// # Errors
    /// [`IdentityError::Io`] when the kernel gives no random bytes.
    pub fn draw() -> Result<Self, IdentityError> {
        let node_id = NodeId::from_random(random_bytes()?);
        let secret = AllocId::from_random(random_bytes()?).to_string();
        Ok(Self {
            node_id,
            secret: Secret::new(secret),
        })
    }
}

fn random_bytes() -> Result<[u8; 16], IdentityError> {
    let path = PathBuf::from("/dev/urandom");
    let mut bytes = [0; 16];
    let read = fs::File::open(&path).and_then(|mut file| file.read_exact(&mut bytes));
    read.map_err(|source| IdentityError::Io { path, source })?;
    Ok(bytes)
}

/// Reads the identity from `client-id` and `secret-id` in `state_dir`; makes it when neither is there.
///
/// # Errors
/// [`IdentityError::Half`] when only one file is there: a new half would never match the servers'
/// copy. Others when a file cannot be used.
pub fn load_identity(state_dir: &Path) -> Result<Identity, IdentityError> {
    let (id_path, secret_path) = (state_dir.join("client-id"), state_dir.join("secret-id"));
    match (read(&id_path)?, read(&secret_path)?) {
        (Some(id), Some(secret)) => {
            let node_id = id.to_lowercase().parse().map_err(|source| {
                let path = id_path.clone();
                IdentityError::Id { path, source }
            })?;
            Ok(Identity {
                node_id,
                secret: Secret::new(secret),
            })
        }
        // The secret is written first: alone, it was never shown to a server.
        (None, _) => {
            let identity = Identity::draw()?;
            write(&secret_path, identity.secret.expose())?;
            write(&id_path, &identity.node_id.to_string())?;
            Ok(identity)
        }
        (Some(_), None) => Err(IdentityError::Half {
            present: id_path,
            missing: secret_path,
        }),
    }
}

fn read(path: &Path) -> Result<Option<String>, IdentityError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(IdentityError::Io {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Writes a new file beside the old one and moves it there: a crash leaves the old or the new.
fn write(path: &Path, text: &str) -> Result<(), IdentityError> {
    let io = |source| IdentityError::Io {
        path: path.to_owned(),
        source,
    };
    let aside = path.with_extension("new");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&aside)
        .map_err(io)?;
    file.write_all(text.as_bytes()).map_err(io)?;
    file.sync_all().map_err(io)?;
    fs::rename(&aside, path).map_err(io)?;
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(io)
}
