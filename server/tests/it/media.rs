//! Files come in without trust and go out so that nothing in them runs, to those who may have them.

use std::io::Cursor;
use std::sync::Arc;

use axum::body::Body;
use axum::{Extension, Router};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};
use serde_json::Value;
use server::app::App;
use server::config::Config;
use server::media::{self, Uploader};
use server::viewer::{RequestContext, Viewer};
use shared::{AuditAction, ChannelId, Role, WorkspaceId};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::kit::TestDatabase;

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn send(app: &Arc<App>, viewer: Option<&Viewer>, request: Request<Body>) -> Answer {
    let router: Router = media::routes().layer(Extension(viewer.cloned())).with_state(app.clone());
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

async fn upload(app: &Arc<App>, viewer: Option<&Viewer>, name: &str, content: &[u8]) -> Answer {
    let mut form = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    form.extend_from_slice(content);
    form.extend_from_slice(b"\r\n--b--\r\n");
    let request = Request::post("/files")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from(form))
        .unwrap();
    send(app, viewer, request).await
}

async fn get(app: &Arc<App>, viewer: Option<&Viewer>, path: &str) -> Answer {
    send(app, viewer, Request::get(path).body(Body::empty()).unwrap()).await
}

async fn get_range(app: &Arc<App>, viewer: &Viewer, path: &str, range: &str) -> Answer {
    let request = Request::get(path).header(header::RANGE, range).body(Body::empty()).unwrap();
    send(app, Some(viewer), request).await
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

fn photo(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]));
    encoded(&DynamicImage::ImageRgb8(picture), ImageFormat::Jpeg)
}

/// The shortest MP4 that is recognised, and some bytes to play.
fn video() -> Vec<u8> {
    let mut bytes = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec();
    bytes.extend((0..2000_u32).map(|n| n as u8));
    bytes
}

/// Every file that lies in storage.
fn stored_files(test: &TestDatabase) -> usize {
    fn count(folder: &std::path::Path) -> usize {
        let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
        entries
            .map(|entry| entry.unwrap().path())
            .map(|path| if path.is_dir() { count(&path) } else { 1 })
            .sum()
    }
    count(&test.data_dir().join("files"))
}

async fn actions(test: &TestDatabase, workspace: WorkspaceId) -> Vec<i16> {
    let mut tx = test.db.read(workspace).await.unwrap();
    sqlx::query_scalar("select action from audit_entries order by seq").fetch_all(tx.conn()).await.unwrap()
}

/// Makes an upload part of a message, or so it looks.
async fn as_if_sent(test: &TestDatabase) {
    let mut superuser = test.superuser().await;
    sqlx::query("set session_replication_role = replica").execute(&mut superuser).await.unwrap();
    sqlx::query("update attachments set message_id = $1")
        .bind(Uuid::now_v7())
        .execute(&mut superuser)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_photo_comes_back_whole_with_a_small_version_and_two_audit_entries() {
    let test = TestDatabase::create().await;
    let (app, viewer) = (test.app(), test.owner().await);
    let content = photo(1200, 800);
    let sent = upload(&app, Some(&viewer), "Holiday.JPG", &content).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&sent.body));
    let file = sent.json();
    assert_eq!(
        (&file["name"], &file["contentType"], &file["kind"], &file["width"], &file["height"]),
        (&"Holiday.JPG".into(), &"image/jpeg".into(), &"IMAGE".into(), &1200.into(), &800.into())
    );
    assert_eq!(file["sizeBytes"], content.len());

    let original = get(&app, Some(&viewer), file["url"].as_str().unwrap()).await;
    assert_eq!((original.status, &original.body), (StatusCode::OK, &content));
    assert_eq!(original.header("content-type"), "image/jpeg");
    assert_eq!(original.header("content-disposition"), "inline; filename*=UTF-8''Holiday.JPG");
    assert_eq!(original.header("x-content-type-options"), "nosniff");
    assert_eq!(original.header("content-security-policy"), "sandbox; default-src 'none'");
    assert_eq!(original.header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(original.header("cache-control"), "private, no-store");

    let small = get(&app, Some(&viewer), file["thumbnailUrl"].as_str().unwrap()).await;
    let picture = image::load_from_memory(&small.body).unwrap();
    assert_eq!((picture.width(), picture.height()), (480, 320));
    assert_eq!(small.header("content-security-policy"), "sandbox; default-src 'none'");

    let expected = [AuditAction::AttachmentUploaded.code(), AuditAction::AttachmentOpened.code()];
    assert_eq!(actions(&test, viewer.workspace_id).await, expected);
}

#[tokio::test]
async fn a_small_version_keeps_what_is_see_through_and_nothing_of_the_metadata() {
    let test = TestDatabase::create().await;
    let (app, viewer) = (test.app(), test.owner().await);
    let clear = encoded(&DynamicImage::ImageRgba8(RgbaImage::new(20, 20)), ImageFormat::Png);
    let file = upload(&app, Some(&viewer), "logo.png", &clear).await.json();
    let small = get(&app, Some(&viewer), file["thumbnailUrl"].as_str().unwrap()).await;
    assert_eq!(small.header("content-type"), "image/png");
    assert_eq!(image::load_from_memory(&small.body).unwrap().to_rgba8().get_pixel(0, 0).0[3], 0);

    // An EXIF segment that says where the photo was taken, and that it must be turned by 90 degrees.
    let mut located = photo(600, 300);
    let exif =
        b"\xFF\xE1\0\x2AExif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0GPS SECRET";
    located.splice(2..2, exif.iter().copied());
    let file = upload(&app, Some(&viewer), "located.jpg", &located).await.json();
    assert_eq!((&file["width"], &file["height"]), (&300.into(), &600.into()));
    let small = get(&app, Some(&viewer), file["thumbnailUrl"].as_str().unwrap()).await;
    assert!(!small.body.windows(10).any(|bytes| bytes == b"GPS SECRET"));
    let picture = image::load_from_memory(&small.body).unwrap();
    assert_eq!((picture.width(), picture.height()), (240, 480));
}

#[tokio::test]
async fn what_a_browser_might_run_is_only_offered_for_download() {
    let test = TestDatabase::create().await;
    let (app, viewer) = (test.app(), test.owner().await);
    let gif_and_script = b"GIF89a/*\0\0\0\0*/=1;alert(1)//";
    let cases: [(&str, &[u8]); 7] = [
        ("cat.png", b"<!DOCTYPE html><script>alert(1)</script>"),
        ("page.html", b"<html><script>alert(1)</script></html>"),
        ("cat.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"),
        (
            "feed.xml",
            b"<?xml version=\"1.0\"?><x:script xmlns:x=\"http://www.w3.org/1999/xhtml\">alert(1)</x:script>",
        ),
        ("cat.gif", gif_and_script),
        ("cat.html", &photo(10, 10)),
        ("script.js", b"alert(1)"),
    ];
    for (name, content) in cases {
        let file = upload(&app, Some(&viewer), name, content).await.json();
        assert_eq!(
            (&file["kind"], &file["contentType"]),
            (&"FILE".into(), &"application/octet-stream".into()),
            "{name}"
        );
        let served = get(&app, Some(&viewer), file["url"].as_str().unwrap()).await;
        assert!(served.header("content-disposition").starts_with("attachment;"), "{name}");
        assert_eq!(served.header("content-type"), "application/octet-stream", "{name}");
        assert_eq!(served.header("content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!(served.body, content);
    }
    let pdf = upload(&app, Some(&viewer), "offer.pdf", b"%PDF-1.7\n").await.json();
    let served = get(&app, Some(&viewer), pdf["url"].as_str().unwrap()).await;
    assert!(served.header("content-disposition").starts_with("attachment;"));
}

/// A PNG whose header claims another size.
fn claiming(width: u32, height: u32) -> Vec<u8> {
    let mut png = encoded(&DynamicImage::ImageRgb8(RgbImage::new(1, 1)), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = png[12..29].iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 },
        )
    });
    png[29..33].copy_from_slice(&(!checksum).to_be_bytes());
    png
}

#[tokio::test]
async fn a_decompression_bomb_is_kept_as_plain_bytes_without_being_unpacked() {
    let test = TestDatabase::create().await;
    let (app, viewer) = (test.app(), test.owner().await);
    // Just above 50 megapixels; far above; as wide as a header can say.
    for (width, height) in [(10_000, 5_001), (60_000, 60_000), (i32::MAX as u32, 1)] {
        let file = upload(&app, Some(&viewer), "bomb.png", &claiming(width, height)).await;
        assert_eq!(file.status, StatusCode::CREATED);
        assert_eq!(file.json()["contentType"], "application/octet-stream");
        assert_eq!(file.json()["thumbnailUrl"], Value::Null);
    }
}

#[tokio::test]
async fn nobody_but_a_member_of_the_workspace_gets_a_file() {
    let test = TestDatabase::create().await;
    let (app, viewer) = (test.app(), test.owner().await);
    let colleague = test.member(viewer.workspace_id, Role::Agent).await;
    let stranger = test.owner().await;
    let file = upload(&app, Some(&viewer), "a.jpg", &photo(10, 10)).await.json();
    let (url, small) = (file["url"].as_str().unwrap(), file["thumbnailUrl"].as_str().unwrap());

    for path in [url, small] {
        assert_eq!(get(&app, None, path).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(get(&app, Some(&stranger), path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(get(&app, Some(&colleague), path).await.status, StatusCode::NOT_FOUND, "not sent yet");
    }
    as_if_sent(&test).await;
    for path in [url, small] {
        assert_eq!(get(&app, Some(&colleague), path).await.status, StatusCode::OK);
        assert_eq!(get(&app, Some(&stranger), path).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(upload(&app, None, "a.jpg", b"x").await.status, StatusCode::UNAUTHORIZED);
    for path in ["/files/att_00000000000000000000000000000000", "/files/..%2f..%2fetc%2fpasswd", "/files/x"] {
        assert_eq!(get(&app, Some(&viewer), path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_part_of_a_video_can_be_asked_for() {
    let test = TestDatabase::create().await;
    let (app, viewer) = (test.app(), test.owner().await);
    let content = video();
    let file = upload(&app, Some(&viewer), "clip.mp4", &content).await.json();
    assert_eq!(file["kind"], "VIDEO");
    let url = file["url"].as_str().unwrap();
    let part = get_range(&app, &viewer, url, "bytes=100-199").await;
    assert_eq!((part.status, part.body.as_slice()), (StatusCode::PARTIAL_CONTENT, &content[100..200]));
    assert_eq!(part.header("content-range"), format!("bytes 100-199/{}", content.len()));
    assert_eq!(part.header("content-length"), "100");
    let end = get_range(&app, &viewer, url, "bytes=-10").await;
    assert_eq!(end.body, content[content.len() - 10..]);
    let beyond = get_range(&app, &viewer, url, "bytes=999999-").await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(beyond.header("content-range"), format!("bytes */{}", content.len()));
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() {
    let test = TestDatabase::create().await;
    let mut config = Config { data_dir: test.data_dir(), ..Config::default() };
    config.limits.storage_bytes_per_workspace = 3000;
    let (app, viewer) = (test.app_with(config), test.owner().await);

    let empty = upload(&app, Some(&viewer), "a.txt", b"").await;
    assert_eq!((empty.status, &empty.json()["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &"EMPTY".into()));
    let huge = upload(&app, Some(&viewer), "a.bin", &vec![0; 25 * 1024 * 1024 + 1]).await;
    assert_eq!((huge.status, &huge.json()["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &"TOO_LARGE".into()));
    let request =
        Request::post("/files").header(header::CONTENT_TYPE, "text/plain").body(Body::from("x")).unwrap();
    assert_eq!(send(&app, Some(&viewer), request).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let cut_off = Request::post("/files")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf"))
        .unwrap();
    assert_eq!(send(&app, Some(&viewer), cut_off).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(stored_files(&test), 0);

    assert_eq!(upload(&app, Some(&viewer), "a.txt", &[b'x'; 2000]).await.status, StatusCode::CREATED);
    let over = upload(&app, Some(&viewer), "b.txt", &[b'x'; 2000]).await;
    assert_eq!(
        (over.status, &over.json()["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &"QUOTA_EXCEEDED".into())
    );
    assert_eq!(stored_files(&test), 1);
    assert_eq!(actions(&test, viewer.workspace_id).await, [AuditAction::AttachmentUploaded.code()]);
    let neighbour = test.owner().await;
    assert_eq!(upload(&app, Some(&neighbour), "b.txt", &[b'x'; 2000]).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn an_upload_that_was_never_sent_goes_after_a_day_and_gives_its_room_back() {
    let test = TestDatabase::create().await;
    let (app, viewer) = (test.app(), test.owner().await);
    upload(&app, Some(&viewer), "old.jpg", &photo(20, 20)).await;
    let mut superuser = test.superuser().await;
    sqlx::query("update attachments set created_at = now() - interval '25 hours'")
        .execute(&mut superuser)
        .await
        .unwrap();
    upload(&app, Some(&viewer), "new.txt", b"12345").await;
    assert_eq!(stored_files(&test), 3);

    assert_eq!(media::remove_left_over(&app, viewer.workspace_id).await.unwrap(), 1);
    assert_eq!(media::remove_left_over(&app, viewer.workspace_id).await.unwrap(), 0);
    assert_eq!(stored_files(&test), 1);
    let mut tx = test.db.read(viewer.workspace_id).await.unwrap();
    let kept: i64 =
        sqlx::query_scalar("select bytes from workspace_storage").fetch_one(tx.conn()).await.unwrap();
    assert_eq!(kept, 5);
}

#[tokio::test]
async fn a_visitors_file_is_kept_for_that_visitor() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let workspace = test.workspace("Ours").await;
    let channel_id = ChannelId::new();
    let mut tx = test.db.workspace(workspace).await.unwrap();
    sqlx::query("insert into channels (workspace_id, id, kind, name, platform_account_id) values ($1, $2, 1, 'Web', 'w')")
        .bind(workspace)
        .bind(channel_id)
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let visitor = Uploader::Visitor {
        channel_id,
        platform_id: "v1".to_owned(),
        contact_id: None,
        request: RequestContext::default(),
    };
    let chunks = futures::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"hello"))]);
    let sent = media::store_upload(&app, workspace, &visitor, "a.txt", 1000, chunks).await.unwrap();
    let file = media::find(&app.db, workspace, sent.id).await.unwrap().unwrap();
    assert_eq!(
        (file.channel_id, file.platform_id.as_deref(), file.member_id),
        (Some(channel_id), Some("v1"), None)
    );
    let member = test.member(workspace, Role::Owner).await;
    assert_eq!(get(&app, Some(&member), &format!("/files/{}", sent.id)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_signed_link_opens_its_own_path_for_its_time() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let soon = chrono::Utc::now() + chrono::TimeDelta::minutes(5);
    let link = media::sign(&app, "/widget/v1/w/files/att_1", soon).unwrap();
    let (path, query) = link.split_once('?').unwrap();
    let (e, s) = query.split_once("&s=").unwrap();
    let e: i64 = e.strip_prefix("e=").unwrap().parse().unwrap();
    assert!(media::is_signed(&app, path, e, s).unwrap());
    assert!(!media::is_signed(&app, "/widget/v1/w/files/att_2", e, s).unwrap());
    assert!(!media::is_signed(&app, path, e + 1, s).unwrap());
    assert!(!media::is_signed(&app, path, e, "").unwrap());
    assert!(!media::is_signed(&app, path, e, "not base64!").unwrap());
    let past = chrono::Utc::now() - chrono::TimeDelta::seconds(2);
    let old = media::sign(&app, path, past).unwrap();
    let s = old.split_once("&s=").unwrap().1;
    assert!(!media::is_signed(&app, path, past.timestamp(), s).unwrap());
}
