"""What people see of models; nothing here changes what is trained."""
