//! Statements on `branding_pictures`.

use super::{Store, Write};
use crate::clock::UnixMillis;
use crate::refused::Fault;

/// What pages need to know of a picture.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PictureRow {
    pub name: String,
    pub digest: String,
    pub width: i64,
    pub height: i64,
}

/// A picture about to be stored.
pub struct NewPicture<'a> {
    pub row: &'a PictureRow,
    /// In base 64.
    pub content: &'a str,
    pub updated_at: UnixMillis,
}

impl Store {
    /// All of them, without their content.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn pictures(&self) -> Result<Vec<PictureRow>, Fault> {
        let rows = sqlx::query_as("select name, digest, width, height from branding_pictures");
        Ok(rows.fetch_all(&mut self.read().await?).await?)
    }

    /// The content of a picture, if it is still this one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn picture_content(&self, name: &str, digest: &str) -> Result<Option<String>, Fault> {
        let row: Option<(String,)> =
            sqlx::query_as("select content from branding_pictures where name = $1 and digest = $2")
                .bind(name)
                .bind(digest)
                .fetch_optional(&mut self.read().await?)
                .await?;
        Ok(row.map(|(content,)| content))
    }
}

impl Write {
    /// # Errors
    /// When the database does not answer.
    pub async fn add_picture(&mut self, picture: &NewPicture<'_>) -> Result<(), Fault> {
        let query = sqlx::query(
            "insert into branding_pictures (name, digest, width, height, content, updated_at) values ($1, $2, $3, $4, $5, $6) \
             on conflict (name) do update set digest = excluded.digest, width = excluded.width, height = excluded.height, \
             content = excluded.content, updated_at = excluded.updated_at",
        )
        .bind(&picture.row.name)
        .bind(&picture.row.digest)
        .bind(picture.row.width)
        .bind(picture.row.height)
        .bind(picture.content)
        .bind(picture.updated_at);
        self.tx.later(query).await
    }

    /// Removes a picture. Answers its digest, if there was one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remove_picture(&mut self, name: &str) -> Result<Option<String>, Fault> {
        let row: Option<(String,)> = sqlx::query_as("delete from branding_pictures where name = $1 returning digest")
            .bind(name)
            .fetch_optional(&mut self.tx)
            .await?;
        Ok(row.map(|(digest,)| digest))
    }
}
