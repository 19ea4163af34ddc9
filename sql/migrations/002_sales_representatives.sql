-- The table of the Python system keeps its place, names and columns; what is there stays as it is.
-- compatible: yes
CREATE TABLE IF NOT EXISTS public.sales_representatives (
    id                     uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    telegram_id            bigint UNIQUE NOT NULL,
    telegram_username      varchar(255),
    name                   varchar(255) NOT NULL,
    email                  varchar(255) NOT NULL,
    status                 varchar(50) DEFAULT 'active',
    calendar_account_name  varchar(255),
    is_admin               boolean DEFAULT false,
    registered_at          timestamptz DEFAULT now(),
    approved_at            timestamptz,
    approved_by            uuid,
    created_at             timestamptz DEFAULT now(),
    updated_at             timestamptz DEFAULT now()
);
ALTER TABLE public.sales_representatives
    ADD COLUMN IF NOT EXISTS telegram_username varchar(255),
    ADD COLUMN IF NOT EXISTS status varchar(50) DEFAULT 'active',
    ADD COLUMN IF NOT EXISTS calendar_account_name varchar(255),
    ADD COLUMN IF NOT EXISTS is_admin boolean DEFAULT false,
    ADD COLUMN IF NOT EXISTS registered_at timestamptz DEFAULT now(),
    ADD COLUMN IF NOT EXISTS approved_at timestamptz,
    ADD COLUMN IF NOT EXISTS approved_by uuid,
    ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now(),
    ADD COLUMN IF NOT EXISTS updated_at timestamptz DEFAULT now();
-- where an old table has neither: look-ups by Telegram id stay fast, and no legacy duplicate can make this fail
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a
                   ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                   WHERE i.indrelid = 'public.sales_representatives'::regclass AND a.attname = 'telegram_id') THEN
        CREATE INDEX sales_representatives_telegram_id_idx ON public.sales_representatives (telegram_id);
    END IF;
END
$$;
