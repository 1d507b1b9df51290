use super::*;
use proptest::prelude::*;
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{FromRow as _, Row as _};
use std::future::Future as _;
use std::task::{Context, Waker};
use tempfile::TempDir;

async fn file() -> (TempDir, Connection) {
    let folder = TempDir::new().unwrap();
    let connection = Connection::open(&url(&folder)).await.unwrap();
    (folder, connection)
}

fn url(folder: &TempDir) -> String {
    format!("sqlite://{}?mode=rwc", folder.path().join("latchkey.db").display())
}

fn all<'q>(queries: impl IntoIterator<Item = Query<'q, Any, AnyArguments>>) -> Vec<Statement> {
    queries.into_iter().map(|query| Statement::of(query).unwrap()).collect()
}

async fn row(connection: &mut Connection, query: Query<'_, Any, AnyArguments>) -> Result<AnyRow, Error> {
    let answer = connection.ask_one(Statement::of(query)?).await?;
    Ok(answer.into_first().expect("a row"))
}

#[tokio::test]
async fn arguments_are_taken_by_their_numbers_in_whatever_order_they_are_named() {
    let (_folder, mut connection) = file().await;
    let query = || sqlx::query("select $2 as two, $1 as one, $2 || $3 as both, $11 as eleven");
    let many = (1..=11).fold(query(), |query, number| query.bind(number.to_string()));
    let row = row(&mut connection, many).await.unwrap();
    let named = ["one", "two", "both", "eleven"].map(|name| row.get::<String, _>(name));
    assert_eq!(named, ["1", "2", "23", "11"]);
    // One too few, and not what the statement before was given.
    let few = (1..=10).fold(query(), |query, number| query.bind(number.to_string()));
    let refused = connection.ask_one(Statement::of(few).unwrap()).await.err();
    assert!(refused.unwrap().to_string().contains("$11"));
}

#[tokio::test]
async fn every_kind_of_value_comes_back_as_it_went() {
    let (_folder, mut connection) = file().await;
    let query = sqlx::query("select $1, $2, $3, $4, $5, $6, $7")
        .bind(i64::MIN)
        .bind(7_i32)
        .bind(true)
        .bind(0.5_f64)
        .bind("é\0 $1 ; --")
        .bind(vec![0_u8, 255])
        .bind(None::<&str>);
    let row = row(&mut connection, query).await.unwrap();
    assert_eq!((row.get::<i64, _>(0), row.get::<i64, _>(1)), (i64::MIN, 7));
    assert_eq!(
        (row.get::<i64, _>(2), row.get::<f64, _>(3).to_bits()),
        (1, 0.5_f64.to_bits())
    );
    assert_eq!(row.get::<String, _>(4), "é\0 $1 ; --");
    assert_eq!(row.get::<Vec<u8>, _>(5), [0, 255]);
    assert_eq!(
        (row.get::<Option<String>, _>(6), row.get::<Option<i64>, _>(6)),
        (None, None)
    );
    assert!(<(i64, i64)>::from_row(&row).is_ok());
    assert!(row.try_get::<i64, _>(4).is_err() && row.try_get::<i64, _>(7).is_err());
}

#[tokio::test]
async fn none_is_done_after_one_that_fails() {
    let (_folder, mut connection) = file().await;
    connection
        .say(&["create table goods (name text primary key)"])
        .await
        .unwrap();
    let add = |name| sqlx::query("insert into goods (name) values ($1)").bind(name);
    let asked = connection.ask(all([add("apples"), add("apples"), add("pears")])).await;
    let error = asked.err().unwrap().to_string();
    assert!(error.contains("UNIQUE constraint failed"), "{error}");
    let row = row(&mut connection, sqlx::query("select group_concat(name) from goods"))
        .await
        .unwrap();
    assert_eq!(row.get::<String, _>(0), "apples");
}

#[tokio::test]
async fn an_answer_counts_what_its_own_statement_changed() {
    let (_folder, mut connection) = file().await;
    connection
        .say(&["create table goods (name text primary key)"])
        .await
        .unwrap();
    let answers = connection
        .ask(all([
            sqlx::query("insert into goods (name) values ('apples'), ('pears') returning name"),
            sqlx::query("select name from goods"),
            sqlx::query("delete from goods where name = 'plums'"),
            sqlx::query("delete from goods"),
        ]))
        .await
        .unwrap();
    let counted: Vec<_> = answers
        .iter()
        .map(|answer| (answer.rows.len(), answer.changed))
        .collect();
    assert_eq!(counted, [(2, 2), (2, 0), (0, 0), (0, 2)]);
    assert!(connection.ask(Vec::new()).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_given_up_is_done_to_its_end_before_the_next() {
    let (_folder, mut connection) = file().await;
    let begun = [
        "create table goods (name text)",
        "insert into goods (name) values ('apples')",
    ];
    {
        let mut saying = std::pin::pin!(connection.say(&begun));
        assert!(
            saying
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
    }
    let row = row(&mut connection, sqlx::query("select count(*) from goods"))
        .await
        .unwrap();
    assert_eq!(row.get::<i64, _>(0), 1);
}

#[tokio::test]
async fn a_statement_sees_columns_that_came_later() {
    let (folder, mut connection) = file().await;
    connection.say(&["create table goods (name text)"]).await.unwrap();
    let name = || sqlx::query("select name from goods");
    assert!(connection.ask(all([name()])).await.is_ok());
    let mut other = Connection::open(&url(&folder)).await.unwrap();
    let change = [
        "drop table goods",
        "create table goods (number bigint, name text)",
        "insert into goods values (1, 'a')",
    ];
    other.say(&change).await.unwrap();
    assert_eq!(
        row(&mut connection, name()).await.unwrap().get::<String, _>("name"),
        "a"
    );
}

#[tokio::test]
async fn a_file_that_is_closed_is_let_go() {
    let (folder, mut connection) = file().await;
    connection.say(&["create table goods (name text)"]).await.unwrap();
    let journal = folder.path().join("latchkey.db-wal");
    assert!(journal.exists());
    connection.close().await;
    assert!(!journal.exists(), "the last to leave tidies up");
}

#[tokio::test]
async fn what_is_no_database_is_not_opened() {
    let folder = TempDir::new().unwrap();
    assert!(Connection::open("sqlite:///dev/null/latchkey.db").await.is_err());
    std::fs::write(
        folder.path().join("latchkey.db"),
        "a shopping list, and a long one: ".repeat(50),
    )
    .unwrap();
    let error = Connection::open(&url(&folder)).await.unwrap_err().to_string();
    assert!(error.contains("not a database"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn no_text_and_no_number_is_changed_on_its_way(text in ".*", number in any::<i64>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let back = runtime.block_on(async {
            let (_folder, mut connection) = file().await;
            let row = row(&mut connection, sqlx::query("select $2, $1").bind(number).bind(&text)).await.unwrap();
            (row.get::<String, _>(0), row.get::<i64, _>(1))
        });
        prop_assert_eq!(back, (text, number));
    }
}
