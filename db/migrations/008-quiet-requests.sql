-- Automatic logoff (45 CFR 164.312(a)(2)(iii)) counts what a person does. A page that refreshes itself asks without
-- intervals: the session is looked up and not moved forward.
CREATE OR REPLACE FUNCTION touch_session(p_token_hash bytea, p_staff_idle interval, p_patient_idle interval)
RETURNS TABLE (session_id uuid, organization_id uuid, user_id uuid, client text, kind text, display_name text, email text,
               locale text, patient_id uuid, demo boolean, stepped_up_at timestamptz, stepped_up boolean, enrolment_only boolean,
               expires_at timestamptz, roles text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE s public.session%ROWTYPE; u public.app_user%ROWTYPE; t timestamptz := clock_timestamp();
BEGIN
  SELECT * INTO s FROM public.session x WHERE x.token_hash = p_token_hash AND x.ended_at IS NULL
    AND x.idle_expires_at > t AND x.absolute_expires_at > t;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT * INTO u FROM public.app_user x WHERE x.id = s.user_id AND x.disabled_at IS NULL;
  IF NOT FOUND THEN RETURN; END IF;
  -- Written at most every 30 s: a write for each request would make every read a transaction with a commit.
  IF p_staff_idle IS NOT NULL AND p_patient_idle IS NOT NULL AND s.last_seen_at < t - interval '30 seconds' THEN
    UPDATE public.session x SET last_seen_at = t,
      idle_expires_at = least(t + CASE WHEN u.kind = 'staff' THEN p_staff_idle ELSE p_patient_idle END, x.absolute_expires_at)
      WHERE x.id = s.id AND x.ended_at IS NULL RETURNING * INTO s;
    IF NOT FOUND THEN RETURN; END IF;
  END IF;
  RETURN QUERY SELECT s.id, s.organization_id, s.user_id, s.client, u.kind, u.display_name, u.email, u.locale, u.patient_id,
    u.demo, s.stepped_up_at, coalesce(s.stepped_up_at > t - interval '10 minutes', false), s.enrolment_only,
    least(s.idle_expires_at, s.absolute_expires_at),
    ARRAY(SELECT r.role FROM public.user_role r WHERE r.user_id = u.id ORDER BY r.role);
END $$;
