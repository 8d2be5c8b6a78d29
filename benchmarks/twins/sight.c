/* The limit of workload "line of sight": the algorithm of rfopt/kernels/sight.py by hand, AVX-512, all cores.
 *
 * Edges lie in lists by direction about each mast, nearest first; points are sorted by direction and ring; eight points
 * are one vector, two vectors go together, and all that is remembered of a ray stays in registers. Double precision, as
 * in the kernel. Rays that only exact arithmetic can tell are counted, not traced again: the workload has none to speak
 * of, and the benchmark says how many.
 */
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define RINGS 8
#define BUCKETS 256
#define CORNER 1e-9
#define TOUCH_M 1e-6
#define STEEPEST 256.0
#define NOTHING -1e300

typedef struct {
    double from, to, inverse, growth, roof, building, nearest, unused;
} entry;

typedef struct {
    int64_t *start;
    entry *list;
} sectors_of;

static inline double turn_of(double dx, double dy) {
    double up = dy / (fabs(dx) + fabs(dy));
    return dx >= 0.0 ? 1.0 + up : 3.0 - up;
}

static inline void on_square(double turn, double *x, double *y) {
    *y = turn <= 2.0 ? turn - 1.0 : 3.0 - turn;
    *x = turn <= 2.0 ? 1.0 - fabs(*y) : fabs(*y) - 1.0;
}

static int *by_bucket(const double *distance, int count, double step) {
    int at[BUCKETS + 1] = {0}, *order = malloc(sizeof(int) * (count + 1));
    for (int k = 0; k < count; k++) at[(int)(distance[k] / step) + 1]++;
    for (int k = 0; k < BUCKETS; k++) at[k + 1] += at[k];
    for (int k = 0; k < count; k++) order[at[(int)(distance[k] / step)]++] = k;
    return order;
}

static sectors_of look_round(const double *mast, const double *edges, const int *owner, int count, const double *roof,
                             int sectors) {
    double scale = sectors / 4.0, far = 1.0;
    double *from = malloc(sizeof(double) * 3 * (count + 1)), *to = from + count + 1, *nearest = to + count + 1;
    int64_t *start = calloc(sectors + 2, sizeof(int64_t)), *at = malloc(sizeof(int64_t) * (sectors + 1));
    for (int e = 0; e < count; e++) {
        double ax = edges[4 * e] - mast[0], ay = edges[4 * e + 1] - mast[1];
        double bx = edges[4 * e + 2] - mast[0], by = edges[4 * e + 3] - mast[1];
        double a = turn_of(ax, ay), b = turn_of(bx, by), turn = b - a;
        nearest[e] = fmax(0.0, (fabs(ax) + fabs(ay) + fabs(bx) + fabs(by) - fabs(bx - ax) - fabs(by - ay)) / 2.0);
        far = fmax(far, nearest[e]);
        turn += turn > 2.0 ? -4.0 : turn < -2.0 ? 4.0 : 0.0;
        from[e] = (turn >= 0.0 ? a : b) * scale;
        to[e] = from[e] + fabs(turn) * scale;
        if (!(fabs(turn) < 2.0 - 1e-6)) from[e] = 0.0, to[e] = 4.0 * scale;
        for (int k = (int)floor(from[e] - CORNER); k <= (int)floor(to[e] + CORNER); k++) start[(k & (sectors - 1)) + 1]++;
    }
    for (int k = 0; k < sectors; k++) at[k] = start[k], start[k + 1] += start[k], at[k] = start[k];
    entry *list = aligned_alloc(64, sizeof(entry) * (start[sectors] + 1));
    double step = far / (BUCKETS - 1);
    int *order = by_bucket(nearest, count, step);
    for (int i = 0; i < count; i++) {
        int e = order[i];
        double ax = edges[4 * e] - mast[0], ay = edges[4 * e + 1] - mast[1];
        double ex = edges[4 * e + 2] - edges[4 * e], ey = edges[4 * e + 3] - edges[4 * e + 1];
        double area = ax * ey - ay * ex, gx = area != 0.0 ? ey / area : 1e30, gy = area != 0.0 ? -ex / area : 1e30;
        int whole = to[e] - from[e] >= 2.0 * scale;
        for (int k = (int)floor(from[e] - CORNER); k <= (int)floor(to[e] + CORNER); k++) {
            int sector = k & (sectors - 1);
            double x, y, x_end, y_end;
            on_square(sector / scale, &x, &y);
            on_square((sector + 1) / scale, &x_end, &y_end);
            entry found = {from[e] - k, to[e] - k, gx * x + gy * y, gx * (x_end - x) + gy * (y_end - y),
                           roof[owner[e]] - mast[2], owner[e], (int)(nearest[e] / step) * step * (1.0 - CORNER), 0.0};
            double at_a = found.inverse + found.growth * fmax(found.from, 0.0);
            double at_b = found.inverse + found.growth * fmin(found.to, 1.0);
            if (whole || !(fabs(found.growth) <= STEEPEST * fmin(at_a, at_b) && fmax(at_a, at_b) * TOUCH_M < 0.1))
                found.inverse = 1e30, found.growth = 0.0, found.roof = 0.0; /* never sure */
            if (whole) found.from = -1.0, found.to = 2.0;
            list[at[sector]++] = found;
        }
    }
    free(from), free(at), free(order);
    return (sectors_of){start, list};
}

typedef struct {
    int *order, *begin;
    double *direction;
} sorted;

static sorted sort(const double *mast, const double *point, int count, int sectors) {
    double scale = sectors / 4.0, far = TOUCH_M, *direction = malloc(sizeof(double) * 2 * count), *length = direction + count;
    for (int p = 0; p < count; p++) {
        double dx = point[3 * p] - mast[0], dy = point[3 * p + 1] - mast[1];
        direction[p] = turn_of(dx, dy) * scale;
        length[p] = fabs(dx) + fabs(dy);
        far = fmax(far, length[p]);
    }
    int *ring = malloc(sizeof(int) * 2 * count), *order = ring + count, rings = sectors * RINGS;
    int *begin = calloc(rings + 2, sizeof(int)), *at = malloc(sizeof(int) * (rings + 1));
    double per = RINGS / far;
    for (int p = 0; p < count; p++) {
        int sector = (int)direction[p], far_ring = (int)(length[p] * per);
        sector = sector < sectors ? sector : sectors - 1;
        direction[p] -= sector;
        ring[p] = sector * RINGS + (far_ring < RINGS ? far_ring : RINGS - 1);
        begin[ring[p] + 1]++;
    }
    for (int k = 0; k < rings; k++) begin[k + 1] += begin[k];
    memcpy(at, begin, sizeof(int) * rings);
    int *found = malloc(sizeof(int) * (count + 1));
    for (int p = 0; p < count; p++) found[at[ring[p]]++] = p;
    free(ring), free(at);
    return (sorted){found, begin, direction};
}

typedef struct {
    __m512d u, length, along, rise, near, far, own;
    __mmask8 used;
} rays;

static inline rays load(const sorted *s, int low, int end, const double *mast, const double *point, const int *own) {
    rays r;
    __m256i last = _mm256_set1_epi32(end - 1), lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    __m256i at = _mm256_add_epi32(_mm256_set1_epi32(low), lane);
    r.used = _mm256_cmp_epi32_mask(at, last, _MM_CMPINT_LE);
    __m256i p = _mm256_i32gather_epi32(s->order, _mm256_min_epi32(at, last), 4);
    __m256i p3 = _mm256_add_epi32(_mm256_add_epi32(p, p), p);
    __m512d dx = _mm512_sub_pd(_mm512_i32gather_pd(p3, point, 8), _mm512_set1_pd(mast[0]));
    __m512d dy = _mm512_sub_pd(_mm512_i32gather_pd(p3, point + 1, 8), _mm512_set1_pd(mast[1]));
    r.u = _mm512_i32gather_pd(p, s->direction, 8);
    r.rise = _mm512_sub_pd(_mm512_i32gather_pd(p3, point + 2, 8), _mm512_set1_pd(mast[2]));
    r.own = _mm512_cvtepi32_pd(_mm256_i32gather_epi32(own, p, 4));
    r.length = _mm512_add_pd(_mm512_abs_pd(dx), _mm512_abs_pd(dy));
    r.along = _mm512_sqrt_pd(_mm512_fmadd_pd(dx, dx, _mm512_mul_pd(dy, dy)));
    __m512d touching = _mm512_div_pd(_mm512_set1_pd(TOUCH_M), r.along);
    r.near = _mm512_add_pd(_mm512_set1_pd(1.0), _mm512_add_pd(touching, touching));
    r.far = _mm512_fmadd_pd(touching, _mm512_set1_pd(0.5), _mm512_set1_pd(1.0));
    return r;
}

typedef struct {
    __mmask8 crossed, doubt, low;
    __m512d ratio, over;
} meeting;

static inline meeting meet(const rays *r, const entry *e, __m512d tolerance) {
    meeting m;
    __m512d corner = _mm512_set1_pd(CORNER), not_corner = _mm512_set1_pd(-CORNER);
    __m512d in = _mm512_min_pd(_mm512_sub_pd(r->u, _mm512_set1_pd(e->from)), _mm512_sub_pd(_mm512_set1_pd(e->to), r->u));
    m.ratio = _mm512_mul_pd(_mm512_fmadd_pd(_mm512_set1_pd(e->growth), r->u, _mm512_set1_pd(e->inverse)), r->length);
    m.over = _mm512_fmsub_pd(_mm512_set1_pd(e->roof), m.ratio, r->rise);
    __mmask8 other = _mm512_cmp_pd_mask(r->own, _mm512_set1_pd(e->building), _CMP_NEQ_OQ);
    __mmask8 may = _mm512_mask_cmp_pd_mask(other, in, not_corner, _CMP_GE_OQ);
    may = _mm512_mask_cmp_pd_mask(may, m.ratio, r->far, _CMP_GE_OQ);
    m.crossed = _mm512_mask_cmp_pd_mask(may, in, corner, _CMP_GT_OQ);
    m.crossed = _mm512_mask_cmp_pd_mask(m.crossed, m.ratio, r->near, _CMP_GT_OQ);
    __m512d margin = _mm512_mul_pd(tolerance, m.ratio);
    __mmask8 sure = _mm512_mask_cmp_pd_mask(m.crossed, _mm512_abs_pd(m.over), margin, _CMP_GT_OQ);
    m.doubt = may & ~sure;
    m.low = _mm512_mask_cmp_pd_mask(sure, m.over, _mm512_setzero_pd(), _CMP_GT_OQ);
    return m;
}

static inline double longest(const rays *a, const rays *b) {
    return _mm512_reduce_max_pd(_mm512_max_pd(a->length, b->length));
}

static int walls_of(const rays *r, const entry *list, int64_t count, __m512d tolerance, int *walls) {
    __mmask8 blocked[2] = {~r[0].used, ~r[1].used}, doubt[2] = {0, 0};
    double far = longest(&r[0], &r[1]);
    for (int64_t e = 0; e < count && list[e].nearest <= far; e++) {
        for (int half = 0; half < 2; half++) {
            meeting m = meet(&r[half], &list[e], tolerance);
            blocked[half] |= m.low;
            doubt[half] |= m.doubt;
        }
        if ((blocked[0] & blocked[1]) == 0xff) break;
    }
    for (int j = 0; j < 16; j++) walls[j] = blocked[j / 8] >> (j % 8) & 1;
    return __builtin_popcount((doubt[0] & ~blocked[0]) | (doubt[1] & ~blocked[1]) << 8);
}

typedef struct {
    __m512d over, over_by, near, far, far_by;
    __m256i walls;
    __mmask8 doubt;
} roofs;

static inline void remember(roofs *best, const rays *r, const entry *e, __m512d tolerance) {
    meeting m = meet(r, e, tolerance);
    __m512d roof = _mm512_set1_pd(e->roof), by = _mm512_sub_pd(m.ratio, _mm512_set1_pd(1.0));
    __m512d square = _mm512_mul_pd(m.over, _mm512_abs_pd(m.over));
    __m512d far = _mm512_mul_pd(_mm512_sub_pd(roof, r->rise), m.ratio);
    __mmask8 worse = _mm512_mask_cmp_pd_mask(m.crossed, _mm512_mul_pd(square, best->over_by),
                                             _mm512_mul_pd(best->over, by), _CMP_GT_OQ);
    __mmask8 farther = _mm512_mask_cmp_pd_mask(m.crossed, _mm512_mul_pd(far, best->far_by),
                                               _mm512_mul_pd(best->far, by), _CMP_GT_OQ);
    best->over = _mm512_mask_mov_pd(best->over, worse, square);
    best->over_by = _mm512_mask_mov_pd(best->over_by, worse, by);
    best->far = _mm512_mask_mov_pd(best->far, farther, far);
    best->far_by = _mm512_mask_mov_pd(best->far_by, farther, by);
    best->near = _mm512_mask_max_pd(best->near, m.crossed, best->near, _mm512_mul_pd(roof, m.ratio));
    best->walls = _mm256_mask_add_epi32(best->walls, m.low, best->walls, _mm256_set1_epi32(1));
    best->doubt |= m.doubt;
}

static void finish(const roofs *best, const rays *r, double *v, double *near, double *far) {
    __m512d straight = _mm512_sqrt_pd(_mm512_fmadd_pd(r->along, r->along, _mm512_mul_pd(r->rise, r->rise)));
    __m512d share = _mm512_div_pd(_mm512_add_pd(_mm512_abs_pd(best->over), _mm512_abs_pd(best->over)),
                                  _mm512_mul_pd(best->over_by, straight));
    __m512d found = _mm512_mul_pd(_mm512_sqrt_pd(share), _mm512_div_pd(r->along, straight));
    __mmask8 clear = _mm512_cmp_pd_mask(best->over, _mm512_setzero_pd(), _CMP_LE_OQ);
    _mm512_storeu_pd(v, _mm512_mask_sub_pd(found, clear, _mm512_setzero_pd(), found));
    _mm512_storeu_pd(near, best->near);
    _mm512_storeu_pd(far, _mm512_div_pd(best->far, best->far_by));
}

static int roofs_of(const rays *r, const entry *list, int64_t count, __m512d tolerance, int *walls, double *v, double *near,
                    double *far) {
    __m512d nothing = _mm512_set1_pd(NOTHING), one = _mm512_set1_pd(1.0);
    roofs a = {nothing, one, nothing, nothing, one, _mm256_setzero_si256(), 0}, b = a;
    double longer = longest(&r[0], &r[1]);
    for (int64_t e = 0; e < count && list[e].nearest <= longer; e++) {
        remember(&a, &r[0], &list[e], tolerance);
        remember(&b, &r[1], &list[e], tolerance);
    }
    finish(&a, &r[0], v, near, far);
    finish(&b, &r[1], v + 8, near + 8, far + 8);
    _mm256_storeu_si256((__m256i *)walls, a.walls);
    _mm256_storeu_si256((__m256i *)(walls + 8), b.walls);
    return __builtin_popcount((a.doubt & r[0].used) | (b.doubt & r[1].used) << 8);
}

/* Fills walls (and, where v is not null, v, near and far: NOTHING or less where no roof lies under the ray), all laid
 * out [mast][point]; returns the number of rays that are in doubt. */
long sight(const double *masts, int mast_count, const double *point, int count, const int *own, const double *edges,
           const int *owner, int edge_count, const double *roof, int sectors, double tolerance_m, int *walls, double *v,
           double *near, double *far) {
    long in_doubt = 0;
    __m512d tolerance = _mm512_set1_pd(tolerance_m);
#pragma omp parallel for schedule(dynamic) reduction(+ : in_doubt)
    for (int m = 0; m < mast_count; m++) {
        const double *mast = masts + 3 * m;
        sectors_of around = look_round(mast, edges, owner, edge_count, roof, sectors);
        sorted s = sort(mast, point, count, sectors);
        for (int k = 0; k < sectors; k++) {
            const entry *list = around.list + around.start[k];
            int64_t length = around.start[k + 1] - around.start[k];
            int end = s.begin[(k + 1) * RINGS];
            for (int low = s.begin[k * RINGS]; low < end; low += 16) {
                rays r[2] = {load(&s, low, end, mast, point, own), load(&s, low + 8, end, mast, point, own)};
                int found[16];
                double keep[3][16];
                in_doubt += v ? roofs_of(r, list, length, tolerance, found, keep[0], keep[1], keep[2])
                              : walls_of(r, list, length, tolerance, found);
                for (int j = 0; j < 16 && low + j < end; j++) {
                    long to = (long)m * count + s.order[low + j];
                    walls[to] = found[j];
                    if (v) v[to] = keep[0][j], near[to] = keep[1][j], far[to] = keep[2][j];
                }
            }
        }
        free(around.start), free(around.list), free(s.order), free(s.begin), free(s.direction);
    }
    return in_doubt;
}
