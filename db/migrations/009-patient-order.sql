-- The order in which patients are listed, so that a page of a list that matches many is read and not sorted. One given
-- name is enough to order by; two hundred characters bound what a cursor carries.
CREATE INDEX patient_order ON patient (organization_id, (left(lower(coalesce(family, '') || ' ' || coalesce(given[1], '')), 200) COLLATE "C"), id);
