//! Putting a picture in place, and taking it away.

use super::look::digest;
use super::picture::Picture;
use crate::audit::{self, Entry, Event};
use crate::latchkey::Latchkey;
use crate::refused::{Fault, Refused};
use crate::staff::{Permission, Staff};
use crate::store::{NewPicture, PictureRow};
use app::outcome::Refusal;
use data_encoding::BASE64;
use serde_json::json;

/// Draws an upload anew and stores it in place of what was there.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refused::Field`] saying what is wrong with the file.
pub async fn put(latchkey: &Latchkey, staff: &Staff, picture: Picture, upload: Vec<u8>) -> Result<PictureRow, Refused> {
    staff.require(Permission::ChangeSettings)?;
    // Not among the requests of others: decoding takes a while.
    let drawn = tokio::task::spawn_blocking(move || picture.draw(&upload)).await;
    let drawn = drawn
        .map_err(|error| Fault::Other(format!("picture: {error}")))?
        .map_err(|problem| Refused::invalid(picture.as_str(), problem))?;
    let row = PictureRow {
        name: picture.to_string(),
        digest: digest(&drawn.bytes),
        width: drawn.width.into(),
        height: drawn.height.into(),
    };
    let mut write = latchkey.store.write().await?;
    let now = latchkey.now();
    let before = write.remove_picture(picture.as_str()).await?;
    write
        .add_picture(&NewPicture {
            row: &row,
            content: &BASE64.encode(&drawn.bytes),
            updated_at: now,
        })
        .await?;
    let detail = json!({ "before": before, "after": row.digest }).to_string();
    let entry = Entry::success(Event::SettingChanged, "").about(about(picture));
    audit::record_staff(&mut write, staff, now, entry.saying(&detail));
    write.commit().await?;
    Ok(row)
}

/// Takes a picture away, so that the built-in look counts.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`].
pub async fn remove(latchkey: &Latchkey, staff: &Staff, picture: Picture) -> Result<(), Refused> {
    staff.require(Permission::ChangeSettings)?;
    let mut write = latchkey.store.write().await?;
    let before = write.remove_picture(picture.as_str()).await?;
    if before.is_none() {
        return Err(Refusal::NotFound.into());
    }
    let detail = json!({ "before": before, "after": null }).to_string();
    let entry = Entry::success(Event::SettingChanged, "").about(about(picture));
    audit::record_staff(&mut write, staff, latchkey.now(), entry.saying(&detail));
    write.commit().await?;
    Ok(())
}

const fn about(picture: Picture) -> &'static str {
    match picture {
        Picture::Logo => "branding.logo",
        Picture::Background => "branding.background",
    }
}
