/* The level kernel of rfopt/kernels/link_level.py by hand: same tables, same polynomials, same order of work.
 *
 * level_simd: one plain loop that gcc vectorises. level: AVX-512 intrinsics, with the processor's own exponent and
 * mantissa instructions for the logarithm and refined estimates for reciprocals and roots.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK = 2048, SPAN = 1802, WORDS = 4 * SPAN, MAST = 9, BEAM = 7 };

#define CLEAR_SLOPE 3.3113299523037933f   /* 22 log10(2) / 2 */
#define BEND_SLOPE 2.7092699609758306f    /* 18 */
#define BLOCKED_SLOPE 5.8821261152742844f /* 39.08 */

static inline float steps_from_axis(float along, float across) {
    float least = along < across ? along : across, most = along < across ? across : along;
    float ratio = least / (most + 1e-30f), s = ratio * ratio;
    float p = -19.25378485889641f + s * 3.9028650097117636f;
    p = 45.62098615161415f + s * p;
    p = -75.82145542173964f + s * p;
    p = 113.49042076832554f + s * p;
    p = -190.89445711633297f + s * p;
    p = ratio * (572.9555672038915f + s * p);
    return across > along ? 900.0f - p : p;
}

static inline float log_2(float x) {
    int32_t bits;
    memcpy(&bits, &x, 4);
    int32_t exponent = (bits - 0x3F3504F3) >> 23, rest = bits - (exponent << 23);
    float m;
    memcpy(&m, &rest, 4);
    m -= 1.0f;
    float p = -0.3945754829332788f + m * 0.25266032762776225f;
    p = 0.4866861682351799f + m * p;
    p = -0.7202417956772548f + m * p;
    return (float)exponent + m * (1.442578007052648f + m * p);
}

static inline float between(uint32_t word, float part) {
    int32_t sample = word & 0xFFFF, rise = (int32_t)word >> 16;
    return (float)sample + part * (float)rise;
}

void level_simd(int64_t n, int64_t cells, const float *points, const float *share, const float *masts,
                const uint32_t *words, const float *beams, float *level) {
    int64_t blocks = (n + BLOCK - 1) / BLOCK;
#pragma omp parallel for schedule(static)
    for (int64_t turn = 0; turn < blocks * cells; turn++) {
        int64_t c = turn / blocks, start = turn % blocks * BLOCK, end = start + BLOCK < n ? start + BLOCK : n;
        const float *k = masts + MAST * c, *a = beams + BEAM * c, *x = points, *y = x + n, *z = y + n;
        const float *raised = z + n, *drop = raised + n, *los = share + c * n;
        const uint32_t *t = words + WORDS * c;
        float *out = level + c * n;
        float k0 = k[0], k1 = k[1], k2 = k[2], k3 = k[3], k4 = k[4], k5 = k[5], k6 = k[6], k7 = k[7], k8 = k[8];
        float a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5], a6 = a[6];
#pragma omp simd
        for (int64_t p = start; p < end; p++) {
            float east = x[p] - k0, north = y[p] - k1, up = z[p] - k2, ground = east * east + north * north;
            north = ground > 1e-24f ? north : 1e-12f;
            float facing = north * k3 + east * k4, right = east * k3 - north * k4;
            float ahead = facing * k5 - up * k6, above = facing * k6 + up * k5;
            float off = steps_from_axis(fabsf(ahead), fabsf(right));
            off = ahead > 0 ? off : 1800.0f - off;
            int32_t step = (int32_t)off;
            float loss = a1 * between(t[(right > 0 ? 0 : SPAN) + step], off - (float)step) + a3;
            float tilted = steps_from_axis(sqrtf(ahead * ahead + right * right), fabsf(above));
            float below = above > 0 ? a0 - tilted : a0 + tilted;
            step = (int32_t)below;
            float part = below - (float)step;
            loss += a2 * between(t[2 * SPAN + step], part);
            loss += off * (a4 * between(t[3 * SPAN + step], part) + a5);
            loss = loss > 0 ? loss : 0;
            loss = loss < a6 ? loss : a6;
            float straight = ground + up * up, bend = k7 * raised[p];
            bend *= bend;
            float log_d2 = log_2(straight > 1.0f ? straight : 1.0f), beyond = log_d2 - log_2(bend + up * up);
            float clear = CLEAR_SLOPE * log_d2 + (ground > bend ? BEND_SLOPE * beyond : 0);
            float blocked = BLOCKED_SLOPE * log_d2 - drop[p];
            blocked = clear > blocked ? clear : blocked;
            out[p] = k8 - loss - (blocked + los[p] * (clear - blocked));
        }
    }
}

#ifdef __AVX512F__
#include <immintrin.h>

typedef __m512 v;
typedef __m512i vi;

#define ALL(a) _mm512_set1_ps(a)
#define ADD _mm512_add_ps
#define SUB _mm512_sub_ps
#define MUL _mm512_mul_ps
#define FMA _mm512_fmadd_ps
#define FNMA _mm512_fnmadd_ps
#define MIN _mm512_min_ps
#define MAX _mm512_max_ps
#define GREATER(a, b) _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ)

static inline v over(v a) {
    v r = _mm512_rcp14_ps(a);
    return MUL(r, FNMA(a, r, ALL(2.0f)));
}

static inline v root(v a) {
    v r = _mm512_rsqrt14_ps(a), h = MUL(a, r);
    return FMA(MUL(FNMA(h, r, ALL(1.0f)), ALL(0.5f)), h, h);
}

static inline v steps_from_axis_v(v along, v across) {
    v ratio = MUL(MIN(along, across), over(ADD(MAX(along, across), ALL(1e-30f)))), s = MUL(ratio, ratio);
    v p = FMA(s, ALL(3.9028650097117636f), ALL(-19.25378485889641f));
    p = FMA(s, p, ALL(45.62098615161415f));
    p = FMA(s, p, ALL(-75.82145542173964f));
    p = FMA(s, p, ALL(113.49042076832554f));
    p = FMA(s, p, ALL(-190.89445711633297f));
    p = MUL(ratio, FMA(s, p, ALL(572.9555672038915f)));
    return _mm512_mask_sub_ps(p, GREATER(across, along), ALL(900.0f), p);
}

/* The mantissa is taken in 0.75...1.5, so that the polynomial has its root at 1; below 1 the exponent is one more. */
static inline v log_2_v(v x) {
    v m = _mm512_getmant_ps(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_zero), e = _mm512_getexp_ps(x);
    e = _mm512_mask_add_ps(e, GREATER(ALL(1.0f), m), e, ALL(1.0f));
    m = SUB(m, ALL(1.0f));
    v p = FMA(m, ALL(0.19011685678722065f), ALL(-0.37142311101657643f));
    p = FMA(m, p, ALL(0.4909734901394105f));
    p = FMA(m, p, ALL(-0.7214826340263394f));
    p = FMA(m, p, ALL(1.4424948092955907f));
    return FMA(m, p, e);
}

static inline v between_v(const uint32_t *t, vi index, v part) {
    vi word = _mm512_i32gather_epi32(index, t, 4);
    v sample = _mm512_cvtepi32_ps(_mm512_and_si512(word, _mm512_set1_epi32(0xFFFF)));
    return FMA(part, _mm512_cvtepi32_ps(_mm512_srai_epi32(word, 16)), sample);
}

void level(int64_t n, int64_t cells, const float *points, const float *share, const float *masts,
           const uint32_t *words, const float *beams, float *level) {
    int64_t blocks = (n + BLOCK - 1) / BLOCK;
#pragma omp parallel for schedule(static)
    for (int64_t turn = 0; turn < blocks * cells; turn++) {
        int64_t c = turn / blocks, start = turn % blocks * BLOCK, end = start + BLOCK < n ? start + BLOCK : n;
        const float *x = points, *y = x + n, *z = y + n, *raised = z + n, *drop = raised + n, *los = share + c * n;
        const uint32_t *t = words + WORDS * c;
        v k[MAST], a[BEAM], zero = _mm512_setzero_ps();
        for (int i = 0; i < MAST; i++) k[i] = ALL(masts[MAST * c + i]);
        for (int i = 0; i < BEAM; i++) a[i] = ALL(beams[BEAM * c + i]);
        for (int64_t p = start; p < end; p += 16) {
            __mmask16 live = end - p >= 16 ? 0xFFFF : (1u << (end - p)) - 1;
            v east = SUB(_mm512_maskz_loadu_ps(live, x + p), k[0]), north = SUB(_mm512_maskz_loadu_ps(live, y + p), k[1]);
            v up = SUB(_mm512_maskz_loadu_ps(live, z + p), k[2]), ground = FMA(east, east, MUL(north, north));
            north = _mm512_mask_mov_ps(ALL(1e-12f), GREATER(ground, ALL(1e-24f)), north);
            v facing = FMA(north, k[3], MUL(east, k[4])), right = FNMA(north, k[4], MUL(east, k[3]));
            v ahead = FNMA(up, k[6], MUL(facing, k[5])), above = FMA(up, k[5], MUL(facing, k[6]));

            v off = steps_from_axis_v(_mm512_abs_ps(ahead), _mm512_abs_ps(right));
            off = _mm512_mask_sub_ps(off, _mm512_knot(GREATER(ahead, zero)), ALL(1800.0f), off);
            vi step = _mm512_cvttps_epi32(off);
            v part = SUB(off, _mm512_cvtepi32_ps(step));
            step = _mm512_mask_add_epi32(step, _mm512_knot(GREATER(right, zero)), step, _mm512_set1_epi32(SPAN));
            v loss = FMA(a[1], between_v(t, step, part), a[3]);

            v tilted = steps_from_axis_v(root(FMA(ahead, ahead, MUL(right, right))), _mm512_abs_ps(above));
            v below = _mm512_mask_sub_ps(ADD(a[0], tilted), GREATER(above, zero), a[0], tilted);
            step = _mm512_cvttps_epi32(below);
            part = SUB(below, _mm512_cvtepi32_ps(step));
            loss = FMA(a[2], between_v(t + 2 * SPAN, step, part), loss);
            loss = FMA(off, FMA(a[4], between_v(t + 3 * SPAN, step, part), a[5]), loss);
            loss = MIN(MAX(loss, zero), a[6]);

            v up2 = MUL(up, up), bend = MUL(k[7], _mm512_maskz_loadu_ps(live, raised + p));
            bend = MUL(bend, bend);
            v log_d2 = log_2_v(MAX(ADD(ground, up2), ALL(1.0f))), beyond = SUB(log_d2, log_2_v(ADD(bend, up2)));
            v clear = MUL(ALL(CLEAR_SLOPE), log_d2);
            clear = _mm512_mask3_fmadd_ps(ALL(BEND_SLOPE), beyond, clear, GREATER(ground, bend));
            v blocked = FMA(ALL(BLOCKED_SLOPE), log_d2, SUB(zero, _mm512_maskz_loadu_ps(live, drop + p)));
            blocked = MAX(blocked, clear);
            v path = FMA(_mm512_maskz_loadu_ps(live, los + p), SUB(clear, blocked), blocked);
            _mm512_mask_storeu_ps(level + c * n + p, live, SUB(SUB(k[8], loss), path));
        }
    }
}
#endif
