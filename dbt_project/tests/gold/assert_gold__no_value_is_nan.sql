-- A division by zero or the deviation of a constant must be NULL: NaN sorts above
-- everything and spoils means.
{% set checked = {
    "audio_feature_distributions": ["mean", "std_dev", "standardised_difference"],
    "mood_by_hour": ["avg_valence", "valence_ci_low", "energy_ci_low", "danceability_ci_low"],
    "music_by_month": ["avg_valence", "valence_ci_low", "energy_ci_high"],
    "mood_category_shares": ["share", "ci_low", "ci_high"],
    "skip_behaviour": ["skip_share", "ci_low", "ci_high"],
    "catalogue_profile": ["mean", "std_dev"],
    "genre_profiles": ["valence_std_dev", "energy_std_dev"],
    "mood_time_correlations": ["r", "ci_low", "peak_half_width", "q_value"],
    "feature_correlations": ["r", "ci_low", "q_value", "catalogue_r"],
    "weekend_vs_weekday": ["difference", "ci_low", "g_ci_low", "q_value"],
    "part_of_day_drivers": ["difference", "ci_low", "g_ci_low", "q_value"],
    "mood_feature_contrast": ["difference", "ci_low", "g_ci_low", "q_value"],
    "mood_shift_patterns": ["ci_low", "expected_share"],
    "sequential_patterns": ["lift", "ci_low", "q_value"],
    "wellbeing_indicators": ["valence_ci_low", "valence_inertia", "regularity"],
    "mood_intervention_triggers": ["t_value", "q_value"],
    "optimal_listening_times": ["lift", "ci_low", "q_value"],
} %}
{% for model, columns in checked.items() %}
    {% set outer_loop = loop %}
    {% for column in columns %}
        select '{{ model }}' as model, '{{ column }}' as column_name
        from {{ ref(model) }}
        where
            isnan({{ column }}) {{ "union all" if not (loop.last and outer_loop.last) }}
    {% endfor %}
{% endfor %}
