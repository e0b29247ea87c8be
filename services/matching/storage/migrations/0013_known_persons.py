"""Which persons there are: a referral is put to nobody whom identity does not know, nor does anybody unknown speak for a partner.

Filled with those whom matching has met; `kith events rebuild matching` brings the others, who were registered before this.
"""

from alembic import op

revision = "0013_known_persons"
down_revision = "0012_concerns"
branch_labels = None
depends_on = None

TABLE = """
create table known_person (
  person uuid primary key
);

-- Row-level security holds for the owner, too: who speaks for partners is seen by the service's own work alone.
select set_config('kith.system', 'migration', true);
insert into known_person
  select person from (
    select person from current_member
    union select person from worn_hat
    union select person from partner_place
    union select kept from merged_person
  ) as met
  where person is not null and not exists (select from erased_person where erased_person.person = met.person);
select set_config('kith.system', '', true);
"""


def upgrade() -> None:
    op.execute(TABLE)
