//! Waits until the ports of the connection file are free.
//!
//! Jupyter restarts a kernel with the ports it had. A kernel that is killed may hold them for a while after the
//! launcher, which is killed with it, is gone; a new kernel that finds a port in use ends, and what was to be run is
//! lost.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::fs;
use std::io::ErrorKind;
use std::net::{IpAddr, TcpListener};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// How often a port in use is tried again.
const PAUSE: Duration = Duration::from_millis(10);

/// The ports that a kernel listens on, by Jupyter's names.
#[derive(Deserialize)]
struct Connection {
    transport: String,
    ip: String,
    shell_port: u16,
    iopub_port: u16,
    stdin_port: u16,
    control_port: u16,
    hb_port: u16,
}

/// Waits until the kernel can listen on all ports of the connection file, at most for the given time.
///
/// Gives the port that is still in use then.
///
/// # Errors
///
/// If the file cannot be read, or is no connection file.
pub fn wait(connection_file: &Path, limit: Duration) -> Result<Option<u16>> {
    let text = fs::read(connection_file)
        .with_context(|| format!("cannot read {}", connection_file.display()))?;
    let connection: Connection = serde_json::from_slice(&text)
        .with_context(|| format!("{} is no connection file", connection_file.display()))?;
    // Another transport has no ports, and a name of this machine is for the kernel to find.
    let Ok(ip) = connection.ip.parse::<IpAddr>() else {
        return Ok(None);
    };
    if connection.transport != "tcp" {
        return Ok(None);
    }
    let ports = [
        connection.shell_port,
        connection.iopub_port,
        connection.stdin_port,
        connection.control_port,
        connection.hb_port,
    ];
    let end = Instant::now() + limit;
    let in_use = |port| {
        let tried = TcpListener::bind((ip, port));
        tried.is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
    };
    for port in ports {
        while in_use(port) {
            if Instant::now() > end {
                return Ok(Some(port));
            }
            thread::sleep(PAUSE);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_for(ports: [u16; 5], limit: Duration) -> Result<Option<u16>> {
        let [shell, iopub, stdin, control, hb] = ports;
        let file = tempfile::NamedTempFile::new()?;
        let text = format!(
            r#"{{"transport": "tcp", "ip": "127.0.0.1", "key": "secret", "shell_port": {shell}, "iopub_port": {iopub},
            "stdin_port": {stdin}, "control_port": {control}, "hb_port": {hb}}}"#
        );
        fs::write(file.path(), text)?;
        wait(file.path(), limit)
    }

    #[test]
    fn each_port_is_waited_for() {
        for place in 0..5 {
            let held = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = held.local_addr().unwrap().port();
            let mut ports = [0; 5];
            ports[place] = port;
            assert_eq!(wait_for(ports, PAUSE).unwrap(), Some(port));
            let owner = thread::spawn(move || {
                thread::sleep(5 * PAUSE);
                drop(held);
            });
            assert_eq!(wait_for(ports, Duration::from_secs(60)).unwrap(), None);
            owner.join().unwrap();
        }
    }

    #[test]
    fn a_file_that_is_none_is_named() {
        let error = wait(Path::new("no/such/file"), PAUSE).unwrap_err();
        assert_eq!(error.to_string(), "cannot read no/such/file");
    }
}
