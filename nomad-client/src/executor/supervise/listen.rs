//! The control socket, from the supervisor's side.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use super::super::protocol::{Ask, LINE_BYTES_MAX};
use super::super::record::SOCKET;
use crate::fs::Dir;

/// Most callers at once; more wait in the kernel's queue.
const CALLERS_MAX: usize = 8;

/// The socket and those who are talking to it.
pub(super) struct Listener {
    socket: UnixListener,
    callers: Vec<Caller>,
}

struct Caller {
    socket: UnixStream,
    line: Vec<u8>,
    is_done: bool,
}

impl Listener {
    /// Opens the socket in the task's state directory, by the directory's handle, because a socket's
    /// path may be only about a hundred bytes long.
    pub(super) fn open(state_dir: &Path) -> io::Result<Self> {
        let dir = Dir::open(state_dir).map_err(io::Error::other)?;
        let socket = UnixListener::bind(dir.proc_path().join(SOCKET))?;
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket,
            callers: Vec::new(),
        })
    }

    /// What to wait on: the callers, and the socket while there is room for one more.
    pub(super) fn fds(&self) -> Vec<BorrowedFd<'_>> {
        let mut fds: Vec<BorrowedFd<'_>> = self
            .callers
            .iter()
            .map(|caller| caller.socket.as_fd())
            .collect();
        if self.callers.len() < CALLERS_MAX {
            fds.push(self.socket.as_fd());
        }
        fds
    }

    /// Takes new callers, reads what they ask and writes what `answer` says.
    pub(super) fn serve(&mut self, mut answer: impl FnMut(Ask) -> String) {
        while self.callers.len() < CALLERS_MAX {
            let Ok((socket, _)) = self.socket.accept() else {
                break;
            };
            if socket.set_nonblocking(true).is_ok() && is_allowed(&socket) {
                self.callers.push(Caller {
                    socket,
                    line: Vec::new(),
                    is_done: false,
                });
            }
        }
        for caller in &mut self.callers {
            caller.turn(&mut answer);
        }
        self.callers.retain(|caller| !caller.is_done);
    }
}

/// Root and the agent's own user may ask. (The directory's mode says so already.)
fn is_allowed(socket: &UnixStream) -> bool {
    let own = rustix::process::geteuid();
    rustix::net::sockopt::socket_peercred(socket)
        .is_ok_and(|peer| peer.uid == own || peer.uid.is_root())
}

impl Caller {
    fn turn(&mut self, answer: &mut impl FnMut(Ask) -> String) {
        let mut bytes = [0; LINE_BYTES_MAX];
        match self.socket.read(&mut bytes) {
            Ok(0) => self.is_done = true,
            Ok(read) => self
                .line
                .extend_from_slice(bytes.get(..read).unwrap_or_default()),
            Err(error) => self.is_done = error.kind() != io::ErrorKind::WouldBlock,
        }
        if let Some(end) = self.line.iter().position(|byte| *byte == b'\n') {
            let text = String::from_utf8_lossy(self.line.get(..end).unwrap_or_default());
            let reply = match Ask::parse(&text) {
                Some(ask) => answer(ask),
                None => "error not understood".to_owned(),
            };
            // An answer fits into the socket's buffer; a caller that left gets none.
            let _ = self.socket.write_all(format!("{reply}\n").as_bytes());
            self.is_done = true;
        } else if self.line.len() >= LINE_BYTES_MAX {
            self.is_done = true;
        }
    }
}
