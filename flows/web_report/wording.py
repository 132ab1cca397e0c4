"""What the codes of actions, statuses and states are called on the page, for people who do not know the codebook."""

from models.event import Action, Status

ACTIONS = {
    Action.IMPOSE: "Imposed",
    Action.EXTEND: "Extended",
    Action.EASE: "Eased",
    Action.LIFT: "Lifted",
    Action.ENFORCE: "Enforced",
    Action.VIOLATE: "Broken",
}

STATUSES = {
    Status.ENACTED: "Done",
    Status.PLANNED: "Planned",
    Status.CONSIDERED: "Considered",
    Status.THREATENED: "Threatened",
    Status.DEMANDED: "Demanded",
    Status.REJECTED: "Rejected",
}

# What the words mean, for the legend of the page.
MEANINGS = {
    "What happened": {
        ACTIONS[Action.IMPOSE]: "a new or a harsher restriction",
        ACTIONS[Action.EXTEND]: "one that was there stays in force",
        ACTIONS[Action.EASE]: "weakened, suspended or waived in part",
        ACTIONS[Action.LIFT]: "ended",
        ACTIONS[Action.ENFORCE]: "a breach punished or stopped",
        ACTIONS[Action.VIOLATE]: "breached or evaded",
    },
    "How real": {
        STATUSES[Status.ENACTED]: "adopted or carried out",
        STATUSES[Status.PLANNED]: "decided or promised, not yet done",
        STATUSES[Status.CONSIDERED]: "possible, proposed or under discussion",
        STATUSES[Status.THREATENED]: "warned of, to put pressure on somebody",
        STATUSES[Status.DEMANDED]: "asked of somebody else",
        STATUSES[Status.REJECTED]: "refused, opposed, vetoed or denied",
    },
}

# The colours are told apart by people who see fewer of them, on white and on black.
ACTION_COLOURS = ["#c8461e", "#d98b00", "#3f9fd6", "#1f6fb5", "#1a8f6a", "#b8659a"]
STATUS_COLOURS = ["#1f6fb5", "#3f9fd6", "#1a8f6a", "#d98b00", "#c8461e", "#8a8f98"]
