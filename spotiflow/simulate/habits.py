"""The parameters of one listener's behaviour, each with where its value comes from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Habits:
    """Parameters of the process; shares are 0..1. Sources: docs/evidence.md."""

    # 1: p_new of .35 to .37 and d of .70 to .86 give the relisten share; fitted here.
    p_new: float = 0.355
    # Who listens more hears a smaller share of it for the first time: p_new times activity to this power, for
    # 3,260 distinct tracks in 11,242 plays (1) at a mean relisten share of .664; fitted here.
    p_new_by_activity: float = -0.3
    decay: float = 0.80
    # 6: 17.5 plays a session in logs that hold finished plays; with 35 % under 30 s that is 27 rows.
    rows_per_session: float = 17.5 / 0.65
    # 420 sessions make 11,000 rows and 7,000 plays a year ("median few k", 6).
    sessions_per_day: float = 1.15
    # Next new track by the same artist. Artists run out of unheard tracks and repeats come between, so that
    # a fifth of neighbouring plays share their artist (6 assumes .3-.5); shuffling breaks runs.
    p_same_artist: float = 0.85
    p_same_artist_shuffled: float = 0.20
    # A repeat goes on with what followed the first time (an album, a playlist); assumed.
    p_continue: float = 0.45
    # New tracks stay in the session's genre; assumed, gives a track's company its meaning (1.6).
    p_session_genre: float = 0.6
    # Few people play the same track again at once: accept a repeat within half an hour this often; assumed.
    p_loop: float = 0.20
    # 6: interest falls after many repetitions ("mere exposure"). After so many plays a repeat is half as
    # likely, which gives the top track about 1 % of the plays (6: 111 of 11,242).
    worn_after: float = 90.0
    # 6: 24 % under 5 s, 35 % under 30 s, 48.6 % before the end.
    skip_shares: tuple[float, float, float] = (0.24, 0.35, 0.486)
    # Familiarity lowers skips: factor = floor + drop * exp(-plays before / scale); mean 1 over all rows.
    skip_floor: float = 0.79
    skip_drop: float = 0.32
    skip_scale: float = 5.0
    # 2 and 6: intensity over the day .13 sd, highest at 15 h; seasons assumed as large, highest in July.
    energy_by_hour: float = 0.13
    energy_by_season: float = 0.08
    # Share of new picks that the catalogue holds. Its tracks run out sooner, so that .62 of the picks make
    # about .55 of the plays; real people have 9-36 % (1.5), but a demo shows more with more.
    catalogue_share: float = 0.62
    # Share of weight that goes to the charts, which are the same for everybody; runs of one artist make less
    # of it in the plays. None for one person alone, whom nobody shares with.
    chart_share: float = 0.0
    shuffle_share: float = 0.45
    # Factor on the steps by which taste wanders; 0 for a taste that stays.
    drift: float = 1.0
    # One stretch of days a year without any play, in short spans less; assumed.
    holiday_days: int = 9
