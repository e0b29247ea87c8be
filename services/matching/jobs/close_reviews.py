"""Job that closes reviews when the time for answers is over."""

from libs.host.component import Job
from services.matching.commands.close_reviews import close_reviews
from services.matching.storage import reviews

JOB = Job("close_reviews", close_reviews, due=reviews.next_end)
