"""How words travel: webhooks in, safety screen, inbox, agent, wording, outbox, carriers out."""
