/* The machines of rfopt/kernels/gsm_idle.py and lte_connected.py for sixteen cells, without interference and temporary
 * offsets: one vector register of AVX-512 holds one quantity of all cells, and the state of a phone never leaves the
 * registers. Timelines are the same as those of the kernels. */
#pragma GCC optimize("no-fast-math", "fp-contract=off") // every sum as the kernels round it
#include <immintrin.h>
#include <stdint.h>

enum { CELLS = 16, LISTED = 6, AHEAD = 16, NO_STEP = INT32_MAX, C2 = 1, C1, SIGNALLING, SELECTED, LOST,
       FAILED = 9, A3 = 14, LINK_FAILURE, REESTABLISHED };
static const double EPS = 1e-6, NEVER = 1e300;

static inline __m512i rxlev(__m512 level)
{
    __m512 q = _mm512_add_ps(_mm512_roundscale_ps(level, 9), _mm512_set1_ps(1.0f));
    q = _mm512_min_ps(_mm512_max_ps(q, _mm512_set1_ps(-110.0f)), _mm512_set1_ps(-47.0f));
    return _mm512_cvttps_epi32(q);
}

static inline float lane_ps(__m512 v, int n)
{
    return _mm512_cvtss_f32(_mm512_permutexvar_ps(_mm512_set1_epi32(n), v));
}

static inline int32_t lane_epi32(__m512i v, int n)
{
    return _mm512_cvtsi512_si32(_mm512_permutexvar_epi32(_mm512_set1_epi32(n), v));
}

/* Which of the candidates has the highest score; ties by the last sample, then by index. */
static int best_of(unsigned candidates, __m512 score, __m512 level)
{
    int best = -1;
    for (; candidates; candidates &= candidates - 1) {
        const int n = __builtin_ctz(candidates);
        const float a = lane_ps(score, n), b = best < 0 ? 0 : lane_ps(score, best);
        if (best < 0 || a > b || (a == b && lane_ps(level, n) > lane_ps(level, best)))
            best = n;
    }
    return best;
}

/* The candidates that are among the six strongest known cells. */
static inline unsigned listed(unsigned candidates, unsigned known, __m512i total, __m512 level)
{
    unsigned on = 0;
    for (unsigned rest = candidates & known; rest; rest &= rest - 1) {
        const int n = __builtin_ctz(rest);
        const __m512i mine = _mm512_set1_epi32(lane_epi32(total, n));
        int place = __builtin_popcount(_mm512_mask_cmpge_epi32_mask(known, total, mine));
        if (__builtin_expect(place > LISTED, 0)) {
            const unsigned same = _mm512_mask_cmpeq_epi32_mask(known, total, mine);
            const __m512 last = _mm512_set1_ps(lane_ps(level, n));
            const unsigned later = same & (0xFFFEu << n) & _mm512_cmp_ps_mask(last, level, _CMP_EQ_OQ);
            place -= __builtin_popcount((same & _mm512_cmp_ps_mask(last, level, _CMP_GT_OQ)) | later);
        }
        on |= (unsigned)(place <= LISTED) << n;
    }
    return on;
}

static void camp_run(const float *level, long steps, const double *time, int s, const float *access_dbm,
                     const float *offset_db, const float *margins_db, const uint16_t *ba, const float *quiet_dbm,
                     long full, double block_s, double sync_hold_s, int16_t *server, int8_t *reason)
{
    const __m512 access = _mm512_loadu_ps(access_dbm), offset = _mm512_loadu_ps(offset_db);
    const __m512 quiet = _mm512_loadu_ps(quiet_dbm);
    const __m512i never = _mm512_set1_epi32(NO_STEP);
    __m512i total = _mm512_setzero_si512(), heard = _mm512_set1_epi32(-1), since = never, since_well = never;
    long first = 0, oldest = 0, credit = full, blocks = 0, weak = NO_STEP;
    double last = -NEVER, camped = time[0];
    for (long t = 0; t < steps; t++) {
        const double now = time[t];
        const __m512 x = _mm512_loadu_ps(level + t * CELLS);
        _mm_prefetch((const char *)(level + (t + AHEAD) * CELLS), _MM_HINT_T0);
        const __m512i step = _mm512_set1_epi32((int)t);
        total = _mm512_add_epi32(total, rxlev(x));
        heard = _mm512_mask_mov_epi32(heard, _mm512_cmp_ps_mask(x, quiet, _CMP_GE_OQ), step);
        for (; time[first] <= now - 5.0 + EPS; first++)
            total = _mm512_sub_epi32(total, rxlev(_mm512_loadu_ps(level + first * CELLS)));
        while (time[oldest] < now - sync_hold_s - EPS)
            oldest++;
        const __m512 count = _mm512_set1_ps((float)(t - first + 1));
        const __m512 mean = _mm512_cvtepi32_ps(total), limit = _mm512_mul_ps(count, access);
        const __m512 c2 = _mm512_add_ps(mean, _mm512_mul_ps(count, offset));
        const unsigned suitable = _mm512_cmp_ps_mask(mean, limit, _CMP_GT_OQ);
        const unsigned decodable = _mm512_cmpeq_epi32_mask(heard, step);
        if (s >= 0) {
            const long due = (long)((now - camped) / block_s + EPS), more = due - blocks;
            weak = _mm512_cmp_ps_mask(mean, limit, _CMP_LT_OQ) >> s & 1 ? (weak < t ? weak : t) : NO_STEP;
            credit = decodable >> s & 1 ? (credit + more < full ? credit + more : full) : credit - 4 * more;
            blocks = due;
        }
        int target = s;
        for (int turn = 0; turn < 2; turn++) {
            if (s >= 0) {
                const int forced = credit <= 0 || weak < first;
                const __m512 lead = _mm512_sub_ps(c2, _mm512_permutexvar_ps(_mm512_set1_epi32(s), c2));
                const __m512 margin = _mm512_mul_ps(count, _mm512_loadu_ps(margins_db + s * CELLS));
                const __m512 well_ahead = _mm512_mul_ps(count, _mm512_set1_ps(5.0f));
                const unsigned above = _mm512_mask_cmp_ps_mask(suitable & _mm512_cmp_ps_mask(lead, margin, _CMP_GE_OQ),
                                                               lead, _mm512_setzero_ps(), _CMP_GT_OQ);
                const unsigned well = _mm512_mask_cmp_ps_mask(above, lead, well_ahead, _CMP_GE_OQ);
                since = _mm512_mask_min_epi32(never, above, since, step);
                since_well = _mm512_mask_min_epi32(never, well, since_well, step);
                if (above || forced) {
                    const unsigned known = ba[s] & _mm512_cmpge_epi32_mask(heard, _mm512_set1_epi32((int)oldest));
                    const unsigned on = listed(forced ? 0xFFFF : above, known, total, x);
                    since = _mm512_mask_mov_epi32(never, on, since);
                    since_well = _mm512_mask_mov_epi32(never, on, since_well);
                    const __m512i timer = now - last < 15.0 - EPS ? since_well : since;
                    const unsigned through = _mm512_cmplt_epi32_mask(timer, _mm512_set1_epi32((int)first));
                    const unsigned fit = on & (forced ? suitable : through);
                    if (fit)
                        target = best_of(fit, _mm512_sub_ps(lead, margin), x);
                    else if (forced)
                        target = -1;
                }
            }
            if (target < 0)
                target = best_of(suitable & decodable, _mm512_sub_ps(mean, limit), x);
            if (target == s)
                break;
            reason[t] = s < 0 ? SELECTED : target < 0 ? LOST : credit <= 0 ? SIGNALLING : weak < first ? C1 : C2;
            if (target >= 0 && s >= 0)
                last = now;
            s = target, camped = now, weak = NO_STEP, credit = full, blocks = 0;
            since = since_well = never;
        }
        server[t] = (int16_t)s;
    }
}

void gsm_idle(const float *level, long runs, long steps, const double *time, const int64_t *start, const float *access,
              const float *offset, const float *margins, const uint16_t *ba, const float *quiet, long full,
              double block_s, double sync_hold_s, int16_t *server, int8_t *reason)
{
#pragma omp parallel for schedule(static)
    for (long r = 0; r < runs; r++)
        camp_run(level + r * steps * CELLS, steps, time, (int)start[r], access, offset, margins, ba, quiet, full,
                 block_s, sync_hold_s, server + r * steps, reason + r * steps);
}

/* The strongest of the cells asked for; the first of equals. */
static int strongest_of(unsigned candidates, __m512d low, __m512d high)
{
    double values[CELLS];
    int best = -1;
    _mm512_storeu_pd(values, low);
    _mm512_storeu_pd(values + 8, high);
    for (; candidates; candidates &= candidates - 1) {
        const int n = __builtin_ctz(candidates);
        if (best < 0 || values[n] > values[best])
            best = n;
    }
    return best;
}

static inline double lane_pd(__m512d low, __m512d high, int n)
{
    return _mm512_cvtsd_f64(_mm512_permutex2var_pd(low, _mm512_set1_epi64(n), high));
}

static double mean_of(const float *sinr, long t, long begin, const double *time, double window_s)
{
    double sum = 0;
    long k = t;
    for (; k >= begin && time[k] > time[t] - window_s + EPS; k--)
        sum += sinr[k];
    return sum / (double)(t - k);
}

static void hand_over_run(const float *level, long steps, const double *time, int s, const double *gain,
                          const double *need, const double *wait_s, const double *cio, const double *noise_dbm,
                          double q_out, double q_in, double out_wait_s, double in_wait_s, double t310_s,
                          double reestablish_s, int16_t *server, int8_t *reason, float *sinr)
{
    const __m512d weakest = _mm512_set1_pd(-160.0);
    const __m512i never = _mm512_set1_epi32(NO_STEP);
    __m512d low = _mm512_setzero_pd(), high = _mm512_setzero_pd();
    __m512i since = never;
    long begin = 0, ripe = 0;
    int target = -1, doomed = 0;
    double due = NEVER, out_since = NEVER, in_since = NEVER, t310 = NEVER, back = NEVER;
    for (long t = 0; t < steps; t++) {
        const double now = time[t];
        const int old = s;
        const float *row = level + t * CELLS;
        const __m512d share = _mm512_set1_pd(gain[t]);
        const __m512d x_low = _mm512_max_pd(_mm512_cvtps_pd(_mm256_loadu_ps(row)), weakest);
        const __m512d x_high = _mm512_max_pd(_mm512_cvtps_pd(_mm256_loadu_ps(row + 8)), weakest);
        _mm_prefetch((const char *)(row + AHEAD * CELLS), _MM_HINT_T0);
        low = _mm512_add_pd(low, _mm512_mul_pd(share, _mm512_sub_pd(x_low, low)));
        high = _mm512_add_pd(high, _mm512_mul_pd(share, _mm512_sub_pd(x_high, high)));
        if (s < 0) {
            sinr[t] = __builtin_nanf("");
            if (now >= back - EPS) {
                unsigned sound = 0;
                for (int n = 0; n < CELLS; n++)
                    sound |= (unsigned)(row[n] - noise_dbm[n] > q_in) << n;
                s = strongest_of(sound, low, high);
                reason[t] = s >= 0 ? REESTABLISHED : 0;
            }
        } else {
            const double here = row[s] - noise_dbm[s];
            sinr[t] = (float)here;
            out_since = mean_of(sinr, t, begin, time, 0.2) < q_out ? (out_since < now ? out_since : now) : NEVER;
            in_since = mean_of(sinr, t, begin, time, 0.1) > q_in ? (in_since < now ? in_since : now) : NEVER;
            if (t310 == NEVER && now - out_since >= out_wait_s - EPS)
                t310 = now;
            else if (now - in_since >= in_wait_s - EPS)
                t310 = NEVER;
            const int poor = here < q_out || t310 < NEVER;
            while (ripe <= t && now - time[ripe] >= wait_s[s] - EPS)
                ripe++;
            const __m512d bound = _mm512_set1_pd(lane_pd(low, high, s) + need[s]);
            const __m512d rated_low = _mm512_add_pd(low, _mm512_loadu_pd(cio + s * CELLS));
            const __m512d rated_high = _mm512_add_pd(high, _mm512_loadu_pd(cio + s * CELLS + 8));
            const unsigned above = _mm512_cmp_pd_mask(rated_low, bound, _CMP_GT_OQ) |
                                   (unsigned)_mm512_cmp_pd_mask(rated_high, bound, _CMP_GT_OQ) << 8;
            since = _mm512_mask_min_epi32(never, above, since, _mm512_set1_epi32((int)t));
            const unsigned through = _mm512_cmplt_epi32_mask(since, _mm512_set1_epi32((int)ripe));
            if (now - t310 >= t310_s - EPS) {
                s = -1, reason[t] = LINK_FAILURE, back = now + reestablish_s;
            } else if (target >= 0) {
                if (now >= due - EPS) {
                    const int failed = doomed || poor || row[target] - noise_dbm[target] < q_out;
                    reason[t] = failed ? FAILED : A3;
                    s = failed ? s : target;
                    target = -1, since = never;
                }
            } else if (through) {
                target = strongest_of(through, rated_low, rated_high);
                due = now + 0.09, doomed = poor;
            }
        }
        if (s != old) {
            begin = ripe = t + 1, target = -1, since = never;
            out_since = in_since = t310 = NEVER;
        }
        server[t] = (int16_t)s;
    }
}

void lte_connected(const float *level, long runs, long steps, const double *time, const int64_t *start,
                   const double *gain, const double *need, const double *wait_s, const double *cio,
                   const double *noise_dbm, double q_out, double q_in, double out_wait_s, double in_wait_s,
                   double t310_s, double reestablish_s, int16_t *server, int8_t *reason, float *sinr)
{
#pragma omp parallel for schedule(static)
    for (long r = 0; r < runs; r++)
        hand_over_run(level + r * steps * CELLS, steps, time, (int)start[r], gain, need, wait_s, cio, noise_dbm, q_out,
                      q_in, out_wait_s, in_wait_s, t310_s, reestablish_s, server + r * steps, reason + r * steps,
                      sinr + r * steps);
}
