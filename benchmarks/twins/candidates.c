/* rfopt/kernels/candidates.py by hand: the changed cell's column only, the three strongest levels kept.
 *
 * candidates: one loop that gcc vectorises. candidates_all: everything recomputed for every change.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK = 2048 };

static inline float log_2(float x) {
    int32_t bits;
    memcpy(&bits, &x, 4);
    int32_t exponent = (bits - 0x3F3504F3) >> 23, rest = bits - (int32_t)((uint32_t)exponent << 23);
    float m;
    memcpy(&m, &rest, 4);
    m -= 1.0f;
    float p = -0.3945754829332788f + m * 0.25266032762776225f;
    p = 0.4866861682351799f + m * p;
    p = -0.7202417956772548f + m * p;
    return (float)exponent + m * (1.442578007052648f + m * p);
}

void candidates(int64_t n, int64_t changes, const float *level, const float *kept, const int64_t *owner,
                const float *column, float noise, float least, float lead, double *sums) {
#pragma omp parallel for schedule(static)
    for (int64_t k = 0; k < changes; k++) {
        const float *old = level + owner[k] * n, *fresh = column + k * n, *total = kept, *first = kept + n;
        const float *second = first + n, *third = second + n;
        double sinr = 0, lacking = 0, dominant = 0;
        for (int64_t start = 0; start < n; start += BLOCK) {
            int64_t end = start + BLOCK < n ? start + BLOCK : n;
            float part = 0, low = 0, leads = 0;
#pragma omp simd reduction(+ : part, low, leads)
            for (int64_t p = start; p < end; p++) {
                float was = old[p], now = fresh[p];
                float other = was >= first[p] ? second[p] : first[p];
                float next_other = was >= second[p] ? third[p] : second[p];
                float best = now > other ? now : other, runner = now > other ? other : now;
                runner = runner > next_other ? runner : next_other;
                float rest = total[p] - was + now - best;
                rest = rest > noise ? rest : noise;
                float ratio = best / rest;
                ratio = ratio > 1e-9f ? ratio : 1e-9f;
                part += log_2(ratio);
                low += ratio < least ? 1.0f : 0.0f;
                leads += best >= lead * runner ? 1.0f : 0.0f;
            }
            sinr += 3.010299956639812f * part;
            lacking += low;
            dominant += leads;
        }
        sums[k] = sinr;
        sums[changes + k] = lacking;
        sums[2 * changes + k] = dominant;
    }
}

void candidates_all(int64_t n, int64_t cells, int64_t changes, const float *level, const int64_t *owner,
                    const float *column, float noise, float least, float lead, double *sums) {
#pragma omp parallel for schedule(static)
    for (int64_t k = 0; k < changes; k++) {
        double sinr = 0, lacking = 0, dominant = 0;
        for (int64_t start = 0; start < n; start += BLOCK) {
            int64_t size = start + BLOCK < n ? BLOCK : n - start;
            float total[BLOCK], best[BLOCK] = {0}, runner[BLOCK] = {0}, part = 0, low = 0, leads = 0;
            for (int64_t p = 0; p < size; p++) total[p] = noise;
            for (int64_t c = 0; c < cells; c++) {
                const float *now = (c == owner[k] ? column + k * n : level + c * n) + start;
#pragma omp simd
                for (int64_t p = 0; p < size; p++) {
                    float x = now[p], lower = x > best[p] ? best[p] : x;
                    total[p] += x;
                    best[p] = x > best[p] ? x : best[p];
                    runner[p] = lower > runner[p] ? lower : runner[p];
                }
            }
#pragma omp simd reduction(+ : part, low, leads)
            for (int64_t p = 0; p < size; p++) {
                float rest = total[p] - best[p];
                rest = rest > noise ? rest : noise;
                float ratio = best[p] / rest;
                ratio = ratio > 1e-9f ? ratio : 1e-9f;
                part += log_2(ratio);
                low += ratio < least ? 1.0f : 0.0f;
                leads += best[p] >= lead * runner[p] ? 1.0f : 0.0f;
            }
            sinr += 3.010299956639812f * part;
            lacking += low;
            dominant += leads;
        }
        sums[k] = sinr;
        sums[changes + k] = lacking;
        sums[2 * changes + k] = dominant;
    }
}
