use super::*;
use crate::audit::chain::Chain;
use crate::secret::Keys;
use std::sync::Arc;

// security 157
#[tokio::test]
async fn an_account_is_read_whatever_name_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("latchkey.db").display());
    let store = Store::open(&url, Chain::new(Arc::new(Keys::new([7; 32]))))
        .await
        .unwrap();
    store.migrate().await.unwrap();
    let mut write = store.write().await.unwrap();
    for name in ["ada", "grace"] {
        let account = NewAccount {
            id: name,
            login_name: name,
            email: None,
            keys: &[name.to_owned()],
            name,
            profile: &Profile::default(),
            kind: Kind::Person,
            sign_in: SignIn::Password,
            role: Role::User,
            locale: "",
            password_hash: "",
            created_at: 0,
        };
        assert_eq!(write.add_account(&account).await.unwrap(), None);
    }
    write.commit().await.unwrap();
    for (asked, read) in [("abe", "ada"), ("ada", "ada"), ("eve", "grace"), ("zoe", "ada")] {
        let mut reader = store.read().await.unwrap();
        let query = sqlx::query(BY_KEY_OR_NEXT).bind(asked);
        let row = query.fetch_optional(&mut reader).await.unwrap().expect(asked);
        assert_eq!(row.get::<String, _>("identifier_key"), read, "{asked}");
        let owner = owner_of(asked, Some(&row)).unwrap();
        assert_eq!(
            owner.map(|owner| owner.login_name),
            (asked == read).then(|| read.to_owned())
        );
    }
}
