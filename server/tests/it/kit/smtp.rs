//! A mail server that keeps what it is given.

use server::config::{Config, Smtp, SmtpEncryption};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// Takes every letter.
pub struct FakeSmtp {
    port: u16,
    letters: mpsc::UnboundedReceiver<String>,
}

async fn serve(stream: TcpStream, letters: mpsc::UnboundedSender<String>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let answer: &[u8] = match line.get(..4).unwrap_or(&line).to_ascii_uppercase().as_str() {
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut letter = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    letter.push_str(&line);
                    letter.push('\n');
                }
                let _ = letters.send(letter);
                b"250 kept\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 ok\r\n",
        };
        write.write_all(answer).await?;
    }
    Ok(())
}

impl FakeSmtp {
    /// Listens on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, letters) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, sender.clone()));
            }
        });
        Self { port, letters }
    }

    /// A configuration that mails through it.
    pub fn config(&self) -> Config {
        Config {
            smtp: Some(Smtp {
                host: "127.0.0.1".to_owned(),
                port: self.port,
                encryption: SmtpEncryption::None,
                username: None,
                password: None,
                from: "Switchboard <inbox@example.com>".to_owned(),
            }),
            ..Config::default()
        }
    }

    /// The next letter, with quoted-printable line ends undone.
    pub async fn next(&mut self) -> String {
        let letter = tokio::time::timeout(std::time::Duration::from_secs(30), self.letters.recv());
        letter.await.expect("a letter within 30 s").unwrap().replace("=\n", "").replace("=3D", "=")
    }

    /// The secret of the link in the next letter.
    pub async fn next_token(&mut self) -> String {
        let letter = self.next().await;
        let after = letter.split("token=").nth(1).expect("a link");
        after.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
    }
}
