use super::*;
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{AnyConnection, Connection as _, Executor as _, Row as _};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::timeout;

/// A line of writers on a table of names and numbers, and somebody who looks on.
struct Shop {
    line: Line,
    onlooker: AnyConnection,
    _folder: TempDir,
}

impl Shop {
    async fn open() -> Self {
        sqlx::any::install_default_drivers();
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}?mode=rwc", folder.path().join("shop.db").display());
        let line = Line::open(&url).await.unwrap();
        let mut onlooker = AnyConnection::connect(&url).await.unwrap();
        onlooker
            .execute("create table goods (name text primary key, number bigint not null)")
            .await
            .unwrap();
        // Somebody else's lock is an error at once.
        onlooker.execute("pragma busy_timeout = 0").await.unwrap();
        Self {
            line,
            onlooker,
            _folder: folder,
        }
    }

    /// What is on the disk.
    async fn goods(&mut self) -> Vec<String> {
        let rows = sqlx::query("select name from goods order by name").fetch_all(&mut self.onlooker);
        rows.await.unwrap().iter().map(|row| row.get(0)).collect()
    }

    /// Fails while somebody else is writing.
    async fn lock(&mut self) -> Result<(), Error> {
        self.onlooker.execute("begin immediate").await?;
        self.onlooker.execute("rollback").await?;
        Ok(())
    }
}

async fn put(turn: &mut Turn, name: &str) -> Result<(), Error> {
    turn.later(
        sqlx::query("insert into goods (name, number) values ($1, $2)")
            .bind(name.to_owned())
            .bind(1_i64),
    )
    .await
}

async fn ask(turn: &mut Turn, query: Query<'_, Any, AnyArguments>) -> Result<Answer, Error> {
    turn.ask(Statement::of(query)?).await
}

#[tokio::test]
async fn what_is_left_for_later_goes_first_and_is_not_counted_as_ones_own() {
    let mut shop = Shop::open().await;
    let mut turn = shop.line.turn().await.unwrap();
    for name in ["apples", "pears", "plums"] {
        put(&mut turn, name).await.unwrap();
    }
    let changed = sqlx::query("update goods set number = $2 where name = $1")
        .bind("pears")
        .bind(7_i64);
    assert_eq!(ask(&mut turn, changed).await.unwrap().changed, 1);
    put(&mut turn, "quinces").await.unwrap();
    let pears = sqlx::query("select number from goods where name = $1").bind("pears");
    let found = ask(&mut turn, pears).await.unwrap().into_first();
    assert_eq!(found.map(|row| row.get::<i64, _>(0)), Some(7));
    put(&mut turn, "grapes").await.unwrap();
    turn.commit().await.unwrap();
    assert_eq!(shop.goods().await, ["apples", "grapes", "pears", "plums", "quinces"]);
}

#[tokio::test]
async fn each_of_several_has_an_answer_of_its_own() {
    let mut shop = Shop::open().await;
    let mut turn = shop.line.turn().await.unwrap();
    assert!(
        turn.each(Vec::<Query<'_, Any, AnyArguments>>::new())
            .await
            .unwrap()
            .is_empty()
    );
    put(&mut turn, "apples").await.unwrap();
    let answers = turn
        .each(vec![
            sqlx::query("insert into goods (name, number) values ('pears', 2), ('plums', 3)"),
            sqlx::query("update goods set number = number + $1 where number > $1 returning name").bind(2_i64),
            sqlx::query("select name, number from goods where number < $1 order by name").bind(3_i64),
            sqlx::query("delete from goods where name = $1").bind("grapes"),
        ])
        .await
        .unwrap();
    let changed: Vec<u64> = answers[..2]
        .iter()
        .chain(&answers[3..])
        .map(|answer| answer.changed)
        .collect();
    assert_eq!(changed, [2, 1, 0]);
    let names: Vec<Vec<String>> = answers
        .iter()
        .map(|answer| answer.rows.iter().map(|row| row.get(0)).collect())
        .collect();
    assert_eq!(names, [vec![], vec!["plums"], vec!["apples", "pears"], vec![]]);
    turn.commit().await.unwrap();
    assert_eq!(shop.goods().await, ["apples", "pears", "plums"]);
}

#[tokio::test]
async fn nothing_is_committed_after_one_of_several_failed() {
    let mut shop = Shop::open().await;
    let mut turn = shop.line.turn().await.unwrap();
    let answers = turn.each(vec![
        sqlx::query("insert into goods (name, number) values ('pears', 2)"),
        sqlx::query("insert into goods (name, number) values ('pears', 3)"),
    ]);
    assert!(answers.await.is_err());
    put(&mut turn, "plums").await.unwrap();
    assert!(turn.commit().await.is_err());
    assert_eq!(shop.goods().await, [""; 0]);
}

#[tokio::test]
async fn more_than_is_kept_for_later_is_said_in_between() {
    let mut shop = Shop::open().await;
    let mut turn = shop.line.turn().await.unwrap();
    for index in 0..3 * UNSAID {
        put(&mut turn, &index.to_string()).await.unwrap();
        assert!(turn.desk.unsaid.len() <= UNSAID);
    }
    turn.commit().await.unwrap();
    assert_eq!(shop.goods().await.len(), 3 * UNSAID);
}

#[tokio::test]
async fn whoever_is_alone_commits_at_once_and_leaves_nothing_open() {
    let mut shop = Shop::open().await;
    let mut turn = shop.line.turn().await.unwrap();
    put(&mut turn, "apples").await.unwrap();
    turn.commit().await.unwrap();
    assert_eq!(shop.goods().await, ["apples"]);
    shop.lock().await.unwrap();
}

#[tokio::test]
async fn what_fails_later_undoes_everything_of_this_writer() {
    let mut shop = Shop::open().await;
    let mut turn = shop.line.turn().await.unwrap();
    put(&mut turn, "apples").await.unwrap();
    put(&mut turn, "apples").await.unwrap();
    assert!(turn.commit().await.is_err());
    // Behind whoever undoes it.
    shop.line.turn().await.unwrap().commit().await.unwrap();
    assert_eq!(shop.goods().await, [""; 0]);
    shop.lock().await.unwrap();
}

#[tokio::test]
async fn nothing_is_committed_after_a_failure_that_was_not_heard() {
    let mut shop = Shop::open().await;
    for later in [true, false] {
        let mut turn = shop.line.turn().await.unwrap();
        put(&mut turn, "apples").await.unwrap();
        if later {
            put(&mut turn, "apples").await.unwrap();
        }
        let refused = sqlx::query("insert into goods (name) values ('plums')");
        assert!(ask(&mut turn, refused).await.is_err());
        put(&mut turn, "pears").await.unwrap();
        assert!(turn.commit().await.is_err());
    }
    shop.line.turn().await.unwrap().commit().await.unwrap();
    assert_eq!(shop.goods().await, [""; 0]);
}

#[tokio::test]
async fn whoever_is_given_up_leaves_no_lock_and_no_word() {
    let mut shop = Shop::open().await;
    for said in [false, true] {
        let mut turn = shop.line.turn().await.unwrap();
        put(&mut turn, "apples").await.unwrap();
        if said {
            ask(&mut turn, sqlx::query("delete from goods")).await.unwrap();
            put(&mut turn, "pears").await.unwrap();
        }
        drop(turn);
        // Nobody comes after them.
        let free = async {
            while shop.lock().await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(10), free).await.unwrap();
        assert_eq!(shop.goods().await, [""; 0]);
    }
}

#[tokio::test]
async fn company_shares_a_commit_and_each_undoes_only_their_own() {
    let mut shop = Shop::open().await;
    let mut first = shop.line.turn().await.unwrap();
    put(&mut first, "apples").await.unwrap();
    let write = |name: &'static str, fate: Fate| {
        let line = shop.line.clone();
        tokio::spawn(async move {
            let mut turn = line.turn().await?;
            let place = turn.place;
            put(&mut turn, name).await?;
            ask(&mut turn, sqlx::query("update goods set number = 2")).await?;
            match fate {
                Fate::Commits => turn.commit().await?,
                Fate::Fails => {
                    put(&mut turn, name).await?;
                    turn.commit().await?;
                }
                Fate::Leaves => put(&mut turn, "never").await?,
            }
            Ok::<Place, Fault>(place)
        })
    };
    let others = [
        write("pears", Fate::Commits),
        write("plums", Fate::Fails),
        write("quinces", Fate::Leaves),
        write("grapes", Fate::Commits),
    ];
    while shop.line.queued.load(Ordering::Relaxed) < others.len() {
        tokio::task::yield_now().await;
    }
    first.commit().await.unwrap();
    let mut ends = Vec::new();
    for other in others {
        ends.push(other.await.unwrap().ok());
    }
    assert_eq!(ends, [Some(Place::Later), None, Some(Place::Later), Some(Place::Later)]);
    assert_eq!(shop.goods().await, ["apples", "grapes", "pears"]);
    shop.lock().await.unwrap();
}

#[tokio::test]
async fn nobody_is_told_it_is_done_when_the_transaction_is_gone() {
    let mut shop = Shop::open().await;
    let mut first = shop.line.turn().await.unwrap();
    put(&mut first, "apples").await.unwrap();
    let others = [("pears", true), ("plums", false)].map(|(name, spoils)| {
        let line = shop.line.clone();
        tokio::spawn(async move {
            let mut turn = line.turn().await?;
            put(&mut turn, name).await?;
            if spoils {
                // As the database does itself when the disk is full.
                ask(&mut turn, sqlx::query("rollback")).await?;
            }
            turn.commit().await
        })
    });
    while shop.line.queued.load(Ordering::Relaxed) < others.len() {
        tokio::task::yield_now().await;
    }
    assert!(first.commit().await.is_err());
    let mut ends = Vec::new();
    for other in others {
        ends.push(other.await.unwrap().is_ok());
    }
    assert_eq!(ends, [false, true]);
    assert_eq!(shop.goods().await, ["plums"]);
    shop.lock().await.unwrap();
}

enum Fate {
    Commits,
    Fails,
    Leaves,
}
