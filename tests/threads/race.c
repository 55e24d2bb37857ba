/* SPDX-License-Identifier: GPL-2.0-only */
/* race.c - two threads, one number, no lock: if nothing is said of that, the sanitizer does not
 * look. Ends with its status then. */
#include <pthread.h>

static int number;

static void *count(void *arg)
{
	for (int i = 0; i < 1000; i++)
		number++;
	return arg;
}

int main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, count, NULL))
		return 1;
	count(NULL);
	pthread_join(thread, NULL);
	return 0;
}
