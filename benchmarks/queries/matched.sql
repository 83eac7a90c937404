-- Whole months passed: a window ends with the month's last day where the month has no such date, as a contract's does.
CREATE TEMP MACRO passed(since, until_) AS
  (year(until_) - year(since)) * 12 + month(until_) - month(since) - (day(until_) < day(since))::INTEGER;

-- Events and men of each cohort and arm. Dates are cast from text as they are read; nothing is checked.
WITH men AS (
  SELECT man, cohort, arm, released::DATE AS released FROM {releases} WHERE adult = 'yes'
), events AS (
  SELECT DISTINCT cohort, arm, man, dealt_with
  FROM {offences} AS offences JOIN men USING (man)
  WHERE disposal = 'conviction'
    AND committed::DATE >= released AND passed(released, committed::DATE) < 12
    AND dealt_with::DATE >= released AND passed(released, dealt_with::DATE) < 18
), counted AS (
  SELECT cohort, arm, count(*) AS events FROM events GROUP BY ALL
), people AS (
  SELECT cohort, arm, count(*) AS men FROM men GROUP BY ALL
)
SELECT cohort, arm, men, [coalesce(events, 0)] FROM people LEFT JOIN counted USING (cohort, arm)
