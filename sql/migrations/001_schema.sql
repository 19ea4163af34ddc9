-- The schema of everything new, the list of migrations, and must().
-- compatible: yes
CREATE SCHEMA IF NOT EXISTS salesreg;

CREATE TABLE salesreg.schema_migrations (
    version     integer PRIMARY KEY,
    name        text NOT NULL,
    checksum    text NOT NULL,
    compatible  boolean NOT NULL DEFAULT false,
    applied_at  timestamptz NOT NULL DEFAULT now()
);

-- A pipeline does not stop at an UPDATE of 0 rows; this stops it, with the SQLSTATE that means "try again".
CREATE FUNCTION salesreg.must(held boolean) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF held IS NOT TRUE THEN
        RAISE EXCEPTION 'a row is not as it was read' USING ERRCODE = '40001';
    END IF;
    RETURN true;
END
$$;
