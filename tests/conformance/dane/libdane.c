/* What Exim asks of GnuTLS (`dane_tlsa_load` and `verify_certificate` in src/tls-gnu.c) about a chain
   and TLSA records, many times in one process; what Exim then asks about the name is left out. A
   line: TIME DIRECTORY, where chain.pem and dane.txt are, as for libssl.c; its answer: how many
   records are loaded, 0 or why it defers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct any any;
typedef struct { unsigned char *data; unsigned int size; } datum;
int gnutls_global_init(void);
void gnutls_global_set_time_function(time_t (*)(time_t *));
int gnutls_load_file(const char *, datum *);
int gnutls_x509_crt_list_import2(any ***, unsigned int *, const datum *, int, unsigned int);
int gnutls_x509_crt_export2(any *, int, datum *);
void gnutls_x509_crt_deinit(any *);
int dane_state_init(any **, unsigned int);
int dane_raw_tlsa(any *, any **, char *const *, const int *, int, int);
void dane_query_deinit(any *);
int dane_verify_crt_raw(any *, const datum *, unsigned, int, any *, unsigned int, unsigned int, unsigned int *);
const char *dane_strerror(int);

enum { DER = 0, PEM = 1, X509 = 1, NO_RESOLVER = 1 | 4, ONLY_EE = 2, MOST = 90 };

static time_t at;
static any *state;
static char *records[MOST + 1];
static int lengths[MOST + 1];
static datum sent[MOST];
static unsigned int certificates;

static time_t clock_of_the_case(time_t *into)
{
    if (into)
        *into = at;
    return at;
}

static int load(const char *dir)
{
    static char line[300000], hex[290000];
    char path[8192];
    int count = 0;
    snprintf(path, sizeof path, "%s/dane.txt", dir);
    FILE *file = fopen(path, "r");
    if (!file)
        exit(2);
    while (count < MOST && fgets(line, sizeof line, file)) {
        unsigned usage, selector, matching;
        *hex = 0;
        if (sscanf(line, "tlsa %u %u %u %289999s", &usage, &selector, &matching, hex) < 3)
            continue;
        int length = strlen(hex) / 2;
        if (length == 0 || (usage != 2 && usage != 3) || selector > 1 || matching > 2)
            continue;
        if ((matching == 1 && length != 32) || (matching == 2 && length != 64))
            continue;
        char *record = malloc(3 + length);
        record[0] = usage, record[1] = selector, record[2] = matching;
        for (int i = 0; i < length; i++)
            sscanf(hex + 2 * i, "%2hhx", (unsigned char *)record + 3 + i);
        records[count] = record;
        lengths[count++] = 3 + length;
    }
    fclose(file);
    records[count] = NULL;
    return count;
}

/* The records of one usage, or all; 0: it matches. */
static int verify(int usage, unsigned int *status)
{
    char *of[MOST + 1];
    int of_length[MOST + 1], count = 0;
    any *query = NULL;
    for (int i = 0; records[i]; i++)
        if (!usage || records[i][0] == usage)
            of[count] = records[i], of_length[count++] = lengths[i];
    of[count] = NULL;
    int result = dane_raw_tlsa(state, &query, of, of_length, 1, 0);
    if (result == 0)
        result = dane_verify_crt_raw(state, sent, certificates, X509, query, 0, usage == 3 ? ONLY_EE : 0, status);
    dane_query_deinit(query);
    return result;
}

static int judge(unsigned int *status)
{
    int usages = 0, result;
    for (int i = 0; records[i]; i++)
        usages |= 1 << records[i][0];
    if (usages != (1 << 2 | 1 << 3))
        return verify(usages == 1 << 3 ? 3 : 2, status);
    result = verify(3, status);
    if (result == 0 && *status == 0)
        return 0;
    return verify(2, status);
}

static int read_chain(const char *dir)
{
    char path[8192];
    any **list = NULL;
    datum file = {NULL, 0};
    snprintf(path, sizeof path, "%s/chain.pem", dir);
    certificates = 0;
    if (gnutls_load_file(path, &file) < 0)
        exit(2);
    int result = gnutls_x509_crt_list_import2(&list, &certificates, &file, PEM, 0);
    free(file.data);
    if (result < 0)
        return result;
    for (unsigned int i = 0; i < certificates; i++) {
        gnutls_x509_crt_export2(list[i], DER, &sent[i]);
        gnutls_x509_crt_deinit(list[i]);
    }
    free(list);
    return 0;
}

int main(void)
{
    char line[8192], dir[4096];
    gnutls_global_init();
    gnutls_global_set_time_function(clock_of_the_case);
    if (dane_state_init(&state, NO_RESOLVER) < 0)
        return 3;
    while (fgets(line, sizeof line, stdin)) {
        unsigned int status = 0;
        if (sscanf(line, "%ld %4095[^\n]", &at, dir) != 2)
            return 2;
        int count = load(dir), result = read_chain(dir);
        if (result < 0) {
            printf("%d -1 the chain cannot be read\n", count);
        } else if (count == 0) {
            puts("0 0");
        } else {
            result = judge(&status);
            if (result)
                printf("%d %d %s\n", count, result, dane_strerror(result));
            else
                printf("%d %u\n", count, status);
        }
        fflush(stdout);
        for (int i = 0; records[i]; i++)
            free(records[i]);
        for (unsigned int i = 0; i < certificates; i++)
            free(sent[i].data);
        certificates = 0;
    }
    return 0;
}
