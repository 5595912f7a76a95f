-- Schemas raw (written by ingest) and ml (written by ml): the one definition of both.
-- Every statement can run again on a file that has it already. A change of a table that exists in people's
-- files also needs a step in core/migrations/ and a higher SCHEMA_VERSION in core/schema.py.
-- All timestamps are UTC.

create schema if not exists raw;
create schema if not exists ml;

create table if not exists raw.schema_version (
    version integer not null,
    applied_at timestamp not null
);

create table if not exists raw.listeners (
    listener_id varchar not null,
    display_name varchar,
    kind varchar not null,
    created_at timestamp not null
);

create table if not exists raw.listener_time_zones (
    listener_id varchar not null,
    valid_from timestamp not null,
    time_zone varchar not null
);

create table if not exists raw.simulated_listeners (
    listener_id varchar not null,
    age integer,
    country varchar,
    favourite_genres varchar,
    seed bigint,
    effect varchar,
    first_date date,
    days integer
);

-- What was planted into a simulated listener's history: the truth that statistics are tested on.
create table if not exists raw.simulated_effects (
    listener_id varchar not null,
    effect varchar not null,
    first_date date not null,
    last_date date not null,
    size double,
    detail varchar not null
);

create table if not exists raw.listening_history (
    play_id uuid not null,
    listener_id varchar not null,
    source varchar not null,
    content_type varchar not null,
    content_uri varchar,
    track_id varchar,
    isrc varchar,
    track_name varchar,
    artist_name varchar,
    album_name varchar,
    played_at timestamp not null,
    started_at timestamp,
    ended_at timestamp,
    started_at_source varchar,
    ended_at_precision varchar not null,
    ms_played bigint,
    duration_ms bigint,
    platform varchar,
    country varchar,
    shuffle boolean,
    skipped boolean,
    offline boolean,
    is_private_session boolean,
    reason_start varchar,
    reason_end varchar,
    context_uri varchar,
    file_name varchar,
    run_id varchar not null,
    ingested_at timestamp not null,
    device_started_at timestamp
);

create table if not exists raw.tracks (
    track_id varchar not null,
    track_name varchar,
    artist_names varchar[],
    album_name varchar,
    duration_ms bigint,
    isrc varchar,
    explicit boolean,
    release_date varchar,
    popularity integer,
    fetched_at timestamp not null
);

create table if not exists raw.track_features (
    track_id varchar not null,
    provider varchar not null,
    danceability double,
    energy double,
    valence double,
    acousticness double,
    instrumentalness double,
    speechiness double,
    liveness double,
    loudness double,
    tempo double,
    time_signature integer,
    key integer,
    mode integer,
    fetched_at timestamp not null
);

create table if not exists raw.kaggle_tracks (
    row_number bigint not null,
    track_id varchar,
    artists varchar,
    album_name varchar,
    track_name varchar,
    popularity integer,
    duration_ms bigint,
    explicit boolean,
    danceability double,
    energy double,
    key integer,
    loudness double,
    mode integer,
    speechiness double,
    acousticness double,
    instrumentalness double,
    liveness double,
    valence double,
    tempo double,
    time_signature integer,
    track_genre varchar,
    is_simulated boolean not null,
    run_id varchar not null,
    loaded_at timestamp not null
);

create table if not exists raw.ingest_runs (
    run_id varchar not null,
    source varchar not null,
    input varchar,
    started_at timestamp not null,
    finished_at timestamp,
    status varchar not null
);

create table if not exists raw.ingest_files (
    run_id varchar not null,
    listener_id varchar,
    file_name varchar not null,
    sha256 varchar,
    kind varchar,
    content_type varchar,
    covered_from timestamp,
    covered_to timestamp,
    rows_read bigint not null,
    rows_kept bigint not null,
    rows_known bigint not null,
    rows_podcast bigint not null,
    rows_audiobook bigint not null,
    rows_video bigint not null,
    rows_skipped bigint not null,
    rows_rejected bigint not null,
    status varchar not null
);

create table if not exists raw.rejected_rows (
    run_id varchar not null,
    file_name varchar not null,
    row_number bigint not null,
    reason varchar not null,
    record varchar
);

create table if not exists raw.history_gaps (
    listener_id varchar not null,
    gap_started_at timestamp not null,
    gap_ended_at timestamp,
    reason varchar,
    found_at timestamp,
    closed_at timestamp
);

create table if not exists raw.api_calls (
    endpoint varchar not null,
    called_at timestamp not null,
    n_calls bigint not null
);

create table if not exists raw.api_backoff (
    endpoint varchar not null,
    not_before timestamp not null,
    reason varchar
);

create table if not exists raw.api_capabilities (
    client_id varchar not null,
    endpoint varchar not null,
    result varchar not null,
    probed_at timestamp not null,
    probe_again_at timestamp
);

-- Records as Spotify's Web API gave them, with the fields no other table has; each once.
create table if not exists raw.api_records (
    listener_id varchar not null,
    endpoint varchar not null,
    record_id varchar not null,
    record varchar not null,
    fetched_at timestamp not null
);

-- Tracks that Spotify says do not exist (404, nothing else), so that nobody asks again and again.
create table if not exists raw.missing_tracks (
    track_id varchar not null,
    checked_at timestamp not null
);

-- What Spotify's search gave for a track that came without an id: the id that was taken and on what grounds,
-- NULL where nothing fitted; that is asked again after 90 days. The names are those it was searched by.
create table if not exists raw.track_searches (
    listener_id varchar not null,
    artist_name varchar not null,
    track_name varchar not null,
    track_id varchar,
    match_method varchar,
    ms_apart bigint,
    n_found integer not null,
    searched_at timestamp not null
);

-- Tracks of which a provider knows no audio features, so that it is asked again after 90 days only.
-- isrc: what it was asked by besides the id, if that was known.
create table if not exists raw.missing_features (
    track_id varchar not null,
    provider varchar not null,
    isrc varchar,
    checked_at timestamp not null
);

create table if not exists raw.saved_tracks (
    listener_id varchar not null,
    track_id varchar not null,
    track_name varchar,
    artist_name varchar,
    saved_at timestamp,
    fetched_at timestamp not null
);

-- A listener's favourites as Spotify ranks them; one list per day it was asked for.
create table if not exists raw.top_items (
    listener_id varchar not null,
    kind varchar not null,
    time_range varchar not null,
    fetched_on date not null,
    rank integer not null,
    item_id varchar not null,
    item_name varchar,
    artist_name varchar,
    fetched_at timestamp not null
);

create table if not exists raw.playlists (
    listener_id varchar not null,
    playlist_id varchar not null,
    playlist_name varchar,
    n_items integer,
    fetched_at timestamp not null
);

create table if not exists raw.playlist_items (
    listener_id varchar not null,
    playlist_id varchar not null,
    position integer not null,
    content_uri varchar,
    track_id varchar,
    track_name varchar,
    artist_name varchar,
    added_at timestamp,
    fetched_at timestamp not null
);

-- What spotiflow itself did: one row per run of several stages, which status and exit_code judge as a whole.
create table if not exists raw.runs (
    run_id varchar not null,
    command varchar not null,
    started_at timestamp not null,
    finished_at timestamp not null,
    status varchar not null,
    exit_code integer not null,
    detail varchar
);

-- One row per stage (build, train, ...). inputs: a digest of what it worked on, to see whether that changed.
create table if not exists raw.stage_runs (
    run_id varchar not null,
    stage varchar not null,
    started_at timestamp not null,
    finished_at timestamp,
    status varchar not null,
    detail varchar,
    inputs varchar
);

-- Files of the inbox and of configured sources that were looked at; changed_at is the file's own time.
create table if not exists raw.source_files (
    path varchar not null,
    size_bytes bigint not null,
    changed_at timestamp not null,
    status varchar not null,
    detail varchar,
    checked_at timestamp not null
);

-- What the tables were last built from, so that a build that would give the same can be left out.
create table if not exists raw.built_inputs (
    part varchar not null,
    digest varchar not null,
    built_at timestamp not null
);

-- How the last build of each table ended, and since when it has the rows it has.
create table if not exists raw.build_results (
    schema_name varchar not null,
    table_name varchar not null,
    status varchar not null,
    cause varchar,
    tried_at timestamp not null,
    good_at timestamp
);

create table if not exists ml.model_versions (
    model varchar not null,
    version varchar not null,
    created_at timestamp not null,
    recipe varchar not null,
    model_type varchar not null,
    training_approach varchar not null,
    train_size bigint not null,
    features varchar[] not null,
    parameters varchar not null,
    seed integer not null,
    split_id varchar not null,
    data_hash varchar not null,
    code_version varchar not null,
    library_versions varchar not null,
    interval_quantile_90 double,
    artifact varchar not null,
    sha256 varchar not null,
    card varchar,
    has_web_api_content boolean not null
);

create table if not exists ml.model_aliases (
    alias varchar not null,
    model varchar not null,
    since timestamp not null,
    version varchar not null,
    rule varchar not null,
    created_at timestamp not null
);

create table if not exists ml.model_metrics (
    model varchar not null,
    version varchar not null,
    dataset varchar not null,
    split varchar not null,
    slice varchar not null,
    metric varchar not null,
    listener_id varchar not null,
    value double,
    n bigint not null,
    ci_low double,
    ci_high double,
    baseline_name varchar not null,
    baseline_value double,
    created_at timestamp not null
);

create table if not exists ml.track_predictions (
    track_id varchar not null,
    feature varchar not null,
    listener_id varchar not null,
    value double not null,
    standard_error double,
    route varchar not null,
    model varchar not null,
    model_version varchar not null,
    created_at timestamp not null
);

create table if not exists ml.play_predictions (
    play_id uuid not null,
    target varchar not null,
    listener_id varchar not null,
    predicted double not null,
    lower_90 double,
    upper_90 double,
    baseline double not null,
    model varchar not null,
    model_version varchar not null,
    created_at timestamp not null
);

create table if not exists ml.forecasts (
    listener_id varchar not null,
    target varchar not null,
    target_date date not null,
    made_on date not null,
    horizon_days integer not null,
    predicted double not null,
    lower_90 double,
    upper_90 double,
    baseline double not null,
    is_baseline boolean not null,
    model varchar not null,
    model_version varchar not null,
    created_at timestamp not null
);

create table if not exists ml.session_forecasts (
    listener_id varchar not null,
    target varchar not null,
    session_number bigint not null,
    session_id varchar,
    known_until timestamp not null,
    predicted double not null,
    lower_90 double,
    upper_90 double,
    baseline double not null,
    is_baseline boolean not null,
    model varchar not null,
    model_version varchar not null,
    created_at timestamp not null
);

create table if not exists ml.recommendations (
    recommendation_id varchar not null,
    listener_id varchar not null,
    kind varchar not null,
    rank integer not null,
    track_id varchar not null,
    score double not null,
    reason varchar not null,
    is_current boolean not null,
    model varchar not null,
    model_version varchar not null,
    created_at timestamp not null
);

create table if not exists ml.playlists (
    listener_id varchar not null,
    playlist_name varchar not null,
    position integer not null,
    track_id varchar not null,
    why varchar not null,
    is_new boolean not null,
    affinity double not null,
    target_valence double,
    target_energy double,
    model varchar not null,
    model_version varchar not null,
    created_at timestamp not null
);

-- What a listener's recommendations and zones were last made from: an unchanged history is not done again.
create table if not exists ml.listener_runs (
    listener_id varchar not null,
    digest varchar not null,
    method varchar not null,
    n_plays bigint not null,
    n_tracks bigint not null,
    n_measured_tracks bigint not null,
    history_to timestamp not null,
    model varchar not null,
    model_version varchar not null,
    created_at timestamp not null
);

create table if not exists ml.track_embeddings (
    track_id varchar not null,
    embedding float[] not null,
    model varchar not null,
    model_version varchar not null,
    created_at timestamp not null
);

create table if not exists ml.listener_embeddings (
    listener_id varchar not null,
    embedding float[] not null,
    model varchar not null,
    model_version varchar not null,
    created_at timestamp not null
);

create table if not exists ml.zone_assignments (
    listener_id varchar not null,
    track_id varchar not null,
    zone integer not null,
    method varchar not null,
    model varchar not null,
    model_version varchar not null,
    created_at timestamp not null
);

create table if not exists ml.zone_metrics (
    listener_id varchar not null,
    method varchar not null,
    n_zones integer not null,
    is_clustered boolean not null,
    silhouette double,
    silhouette_of_noise double,
    stability double,
    model varchar not null,
    model_version varchar not null,
    created_at timestamp not null
);

-- Every look at a frozen test: who looks often enough finds a model that fits it by chance.
create table if not exists ml.test_looks (
    split_id varchar not null,
    model varchar not null,
    version varchar not null,
    purpose varchar not null,
    created_at timestamp not null
);

-- What each task of a training was last made from: an unchanged one is not run again.
create table if not exists ml.task_runs (
    task varchar not null,
    digest varchar not null,
    notes varchar[] not null,
    created_at timestamp not null
);

create table if not exists ml.catalogue_split (
    track_id varchar not null,
    artist_group varchar not null,
    song_group varchar not null,
    fold integer not null,
    split varchar not null,
    split_id varchar not null,
    created_at timestamp not null
);
