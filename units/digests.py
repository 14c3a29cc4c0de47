"""What the log says of people: the powers of an account, and the verbs that give or take roles and powers."""

POWERS = {"is_active": "hiệu lực", "is_staff": "quyền vào trang quản trị", "is_superuser": "quyền quản trị cao nhất"}
PEOPLE_VERBS = ("grant_role", "revoke_role", "admin_add", "admin_change", "admin_import", "create_account")
