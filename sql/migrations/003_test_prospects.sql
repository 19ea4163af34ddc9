-- The prospects of the Python system, likewise; the three seed rows only where the table is new.
-- compatible: yes
DO $$
BEGIN
    IF to_regclass('public.test_prospects') IS NULL THEN
        CREATE TABLE public.test_prospects (
            id               varchar(255) PRIMARY KEY,
            telegram_id      varchar(255) NOT NULL,
            name             varchar(255) NOT NULL,
            context          text,
            email            varchar(255),
            notes            text,
            status           varchar(50) DEFAULT 'unreached',
            assigned_rep_id  uuid REFERENCES public.sales_representatives (id),
            last_contact_at  timestamptz,
            created_at       timestamptz DEFAULT now(),
            updated_at       timestamptz DEFAULT now()
        );
        INSERT INTO public.test_prospects (id, telegram_id, name, context, notes) VALUES
            ('test_001', '@test_buyer_alex', 'Alex Petrov',
             'Wants a two-bedroom villa in Canggu, budget 350,000 USD.', 'Answers in the evening.'),
            ('test_002', '@test_investor_maria', 'Maria Ivanova',
             'Looks for apartments to let out, interested in the yield.', 'Prefers figures to pictures.'),
            ('test_003', '@test_family_dmitry', 'Dmitry Sokolov',
             'Moves with two children in autumn, needs a school nearby.', NULL);
    END IF;
END
$$;
ALTER TABLE public.test_prospects
    ADD COLUMN IF NOT EXISTS context text,
    ADD COLUMN IF NOT EXISTS email varchar(255),
    ADD COLUMN IF NOT EXISTS notes text,
    ADD COLUMN IF NOT EXISTS status varchar(50) DEFAULT 'unreached',
    ADD COLUMN IF NOT EXISTS assigned_rep_id uuid REFERENCES public.sales_representatives (id),
    ADD COLUMN IF NOT EXISTS last_contact_at timestamptz,
    ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now(),
    ADD COLUMN IF NOT EXISTS updated_at timestamptz DEFAULT now();
